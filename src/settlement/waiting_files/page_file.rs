//! One file of reports that wait: the pages of one window, of one worker, of one run.
//!
//! A page is a head and the reports, in the order of their shards, of bays by their stable numbers.
//! The head, in words of 32 bits: how many reports, a checksum (CRC-32C) of all that follows in it,
//! the page's serial number (0 in those of before), where each shard begins and where the last one ends, a checksum of each shard's reports.
//! Promise: what is read is what was written, or an error.

use super::WaitingLength;
use crate::domain::{BayIx, SHARDS};
use crate::registry::city::City;
use crate::settlement::report::Report;
use std::fs::{File, OpenOptions};
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// Ends the names of files. Changes whenever the layout does.
const ENDING: &str = ".waiting1";

/// By shard, where its first report lies in a page; at the end, how many there are.
pub(in crate::settlement) type ShardStarts = [u32; SHARDS as usize + 1];

/// Words of a head before where the shards begin.
const FIRST: usize = 3;
const STARTS: usize = SHARDS as usize + 1;
const HEAD: usize = FIRST + STARTS + SHARDS as usize;
const HEAD_BYTES: u64 = (HEAD * size_of::<u32>()) as u64;

/// Number of the window, worker, serial number of the run.
pub(super) type PageFileName = (u64, u32, u32);

/// What the file of that name is called.
pub(super) fn file_name((window, worker, run): PageFileName) -> String {
    format!("{window:09}-{worker:03}-{run:06}{ENDING}")
}

/// The name of a file of this version of the format; `None` for any other file.
pub(super) fn parse(path: &Path) -> Option<PageFileName> {
    let name = path.file_name()?.to_str()?.strip_suffix(ENDING)?;
    let mut parts = name.splitn(3, '-');
    let window = parts.next()?.parse().ok()?;
    let worker = parts.next()?.parse().ok()?;
    Some((window, worker, parts.next()?.parse().ok()?))
}

/// A file that is being written, or read while its window is settled.
pub(super) struct PageFile {
    pub(super) name: PageFileName,
    path: PathBuf,
    /// Made with its first page.
    file: OnceLock<File>,
    len: AtomicU64,
}

/// Where a page lies in a file.
pub(in crate::settlement) struct PageOnDisk {
    pub(super) file: Arc<PageFile>,
    /// Where its reports begin, bytes.
    at: u64,
    /// Where the page ends, bytes.
    pub(super) end: u64,
    /// Of each shard's reports.
    checks: Box<[u32; SHARDS as usize]>,
}

impl PageFile {
    pub(super) fn new(dir: &Path, name: PageFileName) -> Self {
        Self {
            name,
            path: dir.join(file_name(name)),
            file: OnceLock::new(),
            len: AtomicU64::new(0),
        }
    }

    /// Adds a page: its serial number, its reports, of bays by their indices in `city`, and where its
    /// shards begin. One thread calls this at a time.
    pub(super) fn append(
        self: Arc<Self>,
        (serial, reports, starts): (u32, &[Report], &ShardStarts),
        city: &City,
        numbered: &mut Vec<Report>,
    ) -> io::Result<PageOnDisk> {
        let file = if let Some(file) = self.file.get() {
            file
        } else {
            // Never one that is there: a checkpoint may name it.
            let mut how = OpenOptions::new();
            how.read(true).write(true).create_new(true);
            let made = how.open(&self.path)?;
            self.file.get_or_init(|| made)
        };
        let number = |r: &Report| r.of(city.bay_number(BayIx(r.bay())));
        numbered.clear();
        numbered.extend(reports.iter().map(number));
        let mut head = [0; HEAD];
        let mut checks = Box::new([0; SHARDS as usize]);
        for (s, check) in checks.iter_mut().enumerate() {
            let of = &numbered[starts[s] as usize..starts[s + 1] as usize];
            *check = crc32c::crc32c(bytemuck::cast_slice(of));
        }
        head[FIRST..FIRST + STARTS].copy_from_slice(starts);
        head[FIRST + STARTS..].copy_from_slice(&checks[..]);
        head[0] = reports.len() as u32;
        head[2] = serial;
        head[1] = head_check(&head);
        let len = self.len.load(Ordering::Acquire);
        let at = len + HEAD_BYTES;
        file.write_all_at(bytemuck::cast_slice(&head), len)?;
        file.write_all_at(bytemuck::cast_slice(numbered), at)?;
        let end = at + size_of_val(&numbered[..]) as u64;
        self.len.store(end, Ordering::Release);
        Ok(PageOnDisk {
            file: self,
            at,
            end,
            checks,
        })
    }
}

fn head_check(head: &[u32; HEAD]) -> u32 {
    crc32c::crc32c(bytemuck::cast_slice(&head[2..]))
}

fn damaged(file: PageFileName) -> io::Error {
    let why = format!("{}: reports that wait are damaged", file_name(file));
    io::Error::new(io::ErrorKind::InvalidData, why)
}

impl PageOnDisk {
    /// Adds a shard's reports, which lie in `range` of the page, of bays by their numbers.
    ///
    /// # Errors
    /// What the disk says, or that they are damaged; then nothing is added.
    pub(in crate::settlement) fn read(
        &self,
        shard: u32,
        range: Range<usize>,
        into: &mut Vec<Report>,
    ) -> io::Result<()> {
        let before = into.len();
        into.resize(before + range.len(), Report::default());
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut into[before..]);
        let at = self.at + (range.start * size_of::<Report>()) as u64;
        let file = self.file.file.get();
        let file = file.ok_or_else(|| io::Error::other("a page of no file"));
        let read = file.and_then(|file| file.read_exact_at(bytes, at));
        let good = read.and_then(|()| {
            let good = crc32c::crc32c(bytes) == self.checks[shard as usize];
            good.then_some(()).ok_or_else(|| damaged(self.file.name))
        });
        if good.is_err() {
            into.truncate(before);
        }
        good
    }
}

/// A page of an earlier run.
pub(in crate::settlement) struct KeptPage {
    /// The smaller, the earlier its reports came in, among those of its worker and run.
    pub(in crate::settlement) serial: u32,
    /// Its file, as the checkpoint names it.
    pub(in crate::settlement) of: WaitingLength,
    file: Arc<File>,
    at: u64,
}

/// Adds the pages of a file, as much of it as counts.
///
/// # Errors
/// What the disk says, or that it is damaged; what comes before was added.
pub(super) fn find_pages(
    path: &Path,
    of: &WaitingLength,
    pages: &mut Vec<KeptPage>,
) -> io::Result<()> {
    let file = Arc::new(File::open(path)?);
    let mut at = 0;
    while at < of.bytes {
        let head = read_head(&file, of, at)?;
        pages.push(KeptPage {
            serial: head[2],
            of: *of,
            file: file.clone(),
            at,
        });
        at += HEAD_BYTES + u64::from(head[0]) * size_of::<Report>() as u64;
    }
    Ok(())
}

fn read_head(file: &File, of: &WaitingLength, at: u64) -> io::Result<[u32; HEAD]> {
    let mut head = [0; HEAD];
    file.read_exact_at(bytemuck::cast_slice_mut(&mut head), at)?;
    let starts = &head[FIRST..FIRST + STARTS];
    let good = head[1] == head_check(&head) && starts[STARTS - 1] == head[0];
    if good && starts.is_sorted() {
        Ok(head)
    } else {
        Err(damaged(of.name()))
    }
}

impl KeptPage {
    /// Hands over what it says of shards that are not settled, of bays by their numbers. `page`: memory
    /// to be used.
    ///
    /// # Errors
    /// What the disk says, or that it is damaged; what comes before was handed over.
    pub(in crate::settlement) fn read(
        &self,
        page: &mut Vec<Report>,
        each: &mut impl FnMut(&Report),
    ) -> io::Result<()> {
        let head = read_head(&self.file, &self.of, self.at)?;
        let starts = &head[FIRST..FIRST + STARTS];
        page.clear();
        page.resize(head[0] as usize, Report::default());
        let bytes = bytemuck::cast_slice_mut(page);
        self.file.read_exact_at(bytes, self.at + HEAD_BYTES)?;
        for s in self.of.first_shard as usize..SHARDS as usize {
            let of = &page[starts[s] as usize..starts[s + 1] as usize];
            if crc32c::crc32c(bytemuck::cast_slice(of)) != head[FIRST + STARTS + s] {
                return Err(damaged(self.of.name()));
            }
            of.iter().for_each(&mut *each);
        }
        Ok(())
    }
}
