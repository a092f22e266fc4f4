//! Where the files lie: a local folder or an S3-compatible store. The only door to `object_store`.
//!
//! Promise: a file is there whole or not at all, and once [`Shelf::put`] has returned it is durable
//! (locally: written under a staging name, synced, renamed, the folder synced). Every call waits
//! for the store: call where blocking is allowed, never on a runtime's own thread.

use super::Config;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Name;
use object_store::{Error, ObjectStore, ObjectStoreExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::runtime::Handle;

/// The store does not do what it is asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {why}")]
pub struct StoreError {
    pub file: String,
    pub why: String,
}

pub(super) struct Shelf {
    store: Arc<dyn ObjectStore>,
    runtime: Handle,
    local: Option<PathBuf>,
}

impl Shelf {
    /// The store of the configuration; `default` is the folder where it names none.
    pub(super) fn open(
        config: &Config,
        default: &Path,
        runtime: Handle,
    ) -> Result<Self, StoreError> {
        if config.url.starts_with("s3://") {
            return Ok(Self {
                store: s3(config)?,
                runtime,
                local: None,
            });
        }
        let folder = match config.url.strip_prefix("file://").unwrap_or(&config.url) {
            "" => default.to_owned(),
            folder => PathBuf::from(folder),
        };
        let fail = |why: &dyn std::fmt::Display| fault(&folder.display().to_string(), why);
        std::fs::create_dir_all(&folder).map_err(|e| fail(&e))?;
        let store = LocalFileSystem::new_with_prefix(&folder)
            .map_err(|e| fail(&e))?
            .with_fsync(true);
        Ok(Self {
            store: Arc::new(store),
            runtime,
            local: Some(folder),
        })
    }

    pub(super) fn put(&self, file: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        let name = name(file)?;
        self.runtime
            .block_on(self.store.put(&name, bytes.into()))
            .map(drop)
            .map_err(|e| fault(file, &e))
    }

    /// `None`: there is no such file.
    pub(super) fn get(&self, file: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let name = name(file)?;
        let got = self
            .runtime
            .block_on(async { self.store.get(&name).await?.bytes().await });
        match got {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(fault(file, &e)),
        }
    }

    /// One that is not there is as good as deleted.
    pub(super) fn delete(&self, file: &str) -> Result<(), StoreError> {
        let name = name(file)?;
        match self.runtime.block_on(self.store.delete(&name)) {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(fault(file, &e)),
        }
    }

    /// The names of the files in a folder, without it; ascending.
    pub(super) fn list(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        let prefix = name(folder)?;
        let found = self
            .runtime
            .block_on(self.store.list_with_delimiter(Some(&prefix)));
        let found = found.map_err(|e| fault(folder, &e))?;
        let mut names: Vec<String> = found
            .objects
            .iter()
            .filter_map(|o| o.location.filename().map(str::to_owned))
            .collect();
        names.sort();
        Ok(names)
    }

    /// Removes what a crash left half-written in a local folder. How many files that were.
    pub(super) fn sweep(&self) -> usize {
        self.local.as_deref().map_or(0, |folder| sweep(folder, 3))
    }
}

/// Whether a file of that name is half-written: staging names end in `#` and a number; nothing else
/// of ours does.
pub fn is_staging(name: &str) -> bool {
    name.rsplit_once('#')
        .is_some_and(|(_, n)| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

fn sweep(folder: &Path, depth: usize) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return 0;
    };
    let mut swept = 0;
    for path in entries.flatten().map(|e| e.path()) {
        let name = path
            .file_name()
            .and_then(|n| n.to_str())
            .unwrap_or_default();
        let staged = is_staging(name);
        if path.is_dir() {
            swept += if depth > 0 {
                sweep(&path, depth - 1)
            } else {
                0
            };
        } else if staged && std::fs::remove_file(&path).is_ok() {
            swept += 1;
        }
    }
    swept
}

fn name(file: &str) -> Result<Name, StoreError> {
    Name::parse(file).map_err(|e| fault(file, &e))
}

fn fault(file: &str, why: &dyn std::fmt::Display) -> StoreError {
    StoreError {
        file: file.to_owned(),
        why: why.to_string(),
    }
}

#[cfg(feature = "s3")]
fn s3(config: &Config) -> Result<Arc<dyn ObjectStore>, StoreError> {
    // Its HTTP client takes the process's cryptography; if that was chosen before, that is as good.
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    bucket(object_store::aws::AmazonS3Builder::from_env(), config)
}

/// `keys`: what the environment says.
#[cfg(feature = "s3")]
fn bucket(
    keys: object_store::aws::AmazonS3Builder,
    config: &Config,
) -> Result<Arc<dyn ObjectStore>, StoreError> {
    let mut builder = keys.with_url(&config.url).with_region(&config.s3_region);
    if !config.s3_endpoint.is_empty() {
        builder = builder
            .with_endpoint(&config.s3_endpoint)
            .with_allow_http(config.s3_endpoint.starts_with("http://"));
    }
    let prefix = config
        .url
        .trim_start_matches("s3://")
        .split_once('/')
        .map_or("", |(_, prefix)| prefix);
    let store = builder.build().map_err(|e| fault(&config.url, &e))?;
    Ok(Arc::new(object_store::prefix::PrefixStore::new(
        store,
        name(prefix.trim_end_matches('/'))?,
    )))
}

#[cfg(not(feature = "s3"))]
fn s3(config: &Config) -> Result<Arc<dyn ObjectStore>, StoreError> {
    Err(fault(
        &config.url,
        &"this build has no S3; build it with `--features s3`",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shelf(dir: &Path, runtime: &tokio::runtime::Runtime) -> Shelf {
        Shelf::open(&Config::default(), dir, runtime.handle().clone()).unwrap()
    }

    #[test]
    fn files_are_put_got_listed_and_deleted() {
        let dir = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let shelf = shelf(dir.path(), &runtime);
        let file = "turnover/date=2026-11-27/10.parquet";
        assert_eq!(shelf.get(file).unwrap(), None);
        assert_eq!(shelf.list("turnover/date=2026-11-27").unwrap(), [""; 0]);
        shelf.put(file, b"one".to_vec()).unwrap();
        shelf.put(file, b"two".to_vec()).unwrap();
        assert_eq!(shelf.get(file).unwrap().unwrap(), b"two");
        assert!(
            dir.path().join(file).is_file(),
            "under its own name, for DuckDB"
        );
        assert_eq!(
            shelf.list("turnover/date=2026-11-27").unwrap(),
            ["10.parquet"]
        );
        shelf.delete(file).unwrap();
        shelf.delete(file).unwrap();
        assert_eq!(shelf.get(file).unwrap(), None);
    }

    #[test]
    fn what_a_crash_left_between_write_and_rename_is_swept_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let shelf = shelf(dir.path(), &runtime);
        shelf
            .put("turnover/date=2026-11-27/10.parquet", b"good".to_vec())
            .unwrap();
        let torn = dir.path().join("turnover/date=2026-11-27/11.parquet#1");
        std::fs::write(&torn, b"PAR1 half of it").unwrap();
        std::fs::write(dir.path().join("notes#a"), b"somebody's").unwrap();
        assert_eq!(
            shelf.list("turnover/date=2026-11-27").unwrap(),
            ["10.parquet"]
        );
        assert_eq!((shelf.sweep(), shelf.sweep()), (1, 0));
        assert!(!torn.exists() && dir.path().join("notes#a").exists());
        assert_eq!(
            shelf
                .get("turnover/date=2026-11-27/10.parquet")
                .unwrap()
                .unwrap(),
            b"good"
        );
    }

    #[test]
    #[cfg(not(feature = "s3"))]
    fn a_build_without_s3_says_how_to_get_it() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let config = Config {
            url: "s3://bucket/hub".into(),
            ..Config::default()
        };
        let e = Shelf::open(&config, Path::new("."), runtime.handle().clone())
            .err()
            .unwrap()
            .to_string();
        assert!(e.contains("--features s3"), "{e}");
    }

    #[test]
    #[cfg(feature = "s3")]
    fn a_bucket_is_asked_at_the_endpoint_that_is_set_and_under_its_prefix() {
        use std::io::{Read as _, Write as _};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let s3_endpoint = format!("http://{}", listener.local_addr().unwrap());
        let served = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = Vec::new();
            let mut some = [0; 4096];
            // Two bytes of body end the request.
            while !asked.ends_with(b"\r\n\r\nhi") {
                let n = stream.read(&mut some).unwrap();
                asked.extend_from_slice(&some[..n]);
            }
            stream
                .write_all(b"HTTP/1.1 200 OK\r\netag: \"1\"\r\ncontent-length: 0\r\n\r\n")
                .unwrap();
            String::from_utf8_lossy(&asked).into_owned()
        });
        let config = Config {
            url: "s3://bucket/hub/".into(),
            s3_endpoint,
            ..Config::default()
        };
        let runtime = tokio::runtime::Runtime::new().unwrap();
        assert!(
            Shelf::open(&config, Path::new("."), runtime.handle().clone()).is_ok(),
            "with cryptography of its own"
        );
        let keys = object_store::aws::AmazonS3Builder::new()
            .with_access_key_id("id")
            .with_secret_access_key("secret");
        let shelf = Shelf {
            store: bucket(keys, &config).unwrap(),
            runtime: runtime.handle().clone(),
            local: None,
        };
        shelf.put("turnover/10.parquet", b"hi".to_vec()).unwrap();
        let asked = served.join().unwrap();
        assert!(
            asked.starts_with("PUT /bucket/hub/turnover/10.parquet HTTP/1.1"),
            "{asked}"
        );
        assert!(
            asked
                .to_ascii_lowercase()
                .contains("authorization: aws4-hmac-sha256 credential=id/"),
            "{asked}"
        );
    }
}
