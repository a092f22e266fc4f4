//! The grid over the city: which index ranges lie in which cell of some 125 m.
//!
//! Built once at start. A dense directory where the city is compact (4 bytes a cell), a hashed one
//! where its bays are far apart; the reader cannot tell. A look-up is one or two dependent loads,
//! no allocation.

use crate::domain::geo::M_PER_DEG;
use ahash::AHashMap;

/// Side of a cell, metres.
const CELL_M: f64 = 125.0;
/// A dense directory takes at most this many cells (16 MB) ...
const DENSE_CELLS: i64 = 4_000_000;
/// ... and no more than this many for each run it leads to, beyond a first 64 Ki.
const CELLS_PER_RUN: i64 = 16;

/// (column, row).
pub(super) type GridCell = (i32, i32);

/// The size of cells, the same everywhere in one city.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct CellSize {
    /// 1e-7 degrees of latitude.
    pub(super) height: i32,
    /// 1e-7 degrees of longitude.
    pub(super) width: i32,
}

impl CellSize {
    /// Square at the given latitude (degrees). Near the poles a cell is kept from spanning the
    /// globe.
    pub(super) fn at_latitude(lat: f64) -> Self {
        let height = CELL_M / M_PER_DEG * 1e7;
        let width = height / lat.to_radians().cos().max(0.01);
        Self {
            height: height.round() as i32,
            width: width.round() as i32,
        }
    }

    #[inline]
    pub(super) fn cell_at(self, (lat_e7, lon_e7): (i32, i32)) -> GridCell {
        (
            lon_e7.div_euclid(self.width),
            lat_e7.div_euclid(self.height),
        )
    }
}

/// A range of indices in one cell.
pub(super) type Run = (u32, u32);

/// Cell to index runs.
pub(super) struct Grid {
    /// Grouped by cell.
    runs: Vec<Run>,
    directory: Directory,
}

enum Directory {
    /// Cells of a box in row order; `starts[i]..starts[i + 1]` are the runs of cell `i`.
    Dense {
        west: i32,
        south: i32,
        columns: i32,
        rows: i32,
        starts: Vec<u32>,
    },
    Hashed(AHashMap<GridCell, (u32, u32)>),
}

impl Grid {
    /// `runs` in any order; each becomes findable under its cell.
    pub(super) fn new(mut runs: Vec<(GridCell, Run)>) -> Self {
        runs.sort_unstable_by_key(|&((column, row), run)| (row, column, run));
        let directory = match Extent::of(&runs) {
            Some(e) if e.cells() <= DENSE_CELLS.min(65_536 + CELLS_PER_RUN * runs.len() as i64) => {
                e.dense(&runs)
            }
            Some(_) => hashed(&runs),
            None => Directory::Hashed(AHashMap::default()),
        };
        Self {
            runs: runs.into_iter().map(|(_, run)| run).collect(),
            directory,
        }
    }

    /// The runs of a cell; empty for any cell without bays, wherever it is.
    #[inline]
    pub(super) fn runs(&self, (column, row): GridCell) -> &[Run] {
        let (start, end) = match &self.directory {
            Directory::Dense {
                west,
                south,
                columns,
                rows,
                starts,
            } => {
                // Wrapping, then as unsigned: one comparison refuses both sides of the box.
                let c = column.wrapping_sub(*west) as u32;
                let r = row.wrapping_sub(*south) as u32;
                if c >= *columns as u32 || r >= *rows as u32 {
                    return &[];
                }
                let at = r as usize * *columns as usize + c as usize;
                (starts[at], starts[at + 1])
            }
            Directory::Hashed(cells) => match cells.get(&(column, row)) {
                Some(&span) => span,
                None => return &[],
            },
        };
        &self.runs[start as usize..end as usize]
    }

    /// Bytes of runs and directory.
    pub(super) fn bytes(&self) -> usize {
        let directory = match &self.directory {
            Directory::Dense { starts, .. } => starts.capacity() * size_of::<u32>(),
            Directory::Hashed(cells) => {
                cells.capacity() * (size_of::<(GridCell, (u32, u32))>() + 1)
            }
        };
        self.runs.capacity() * size_of::<Run>() + directory
    }
}

/// The box of cells that hold anything.
struct Extent {
    west: i32,
    south: i32,
    columns: i64,
    rows: i64,
}

impl Extent {
    fn of(runs: &[(GridCell, Run)]) -> Option<Self> {
        let columns = || runs.iter().map(|&((column, _), _)| column);
        let rows = || runs.iter().map(|&((_, row), _)| row);
        let west = columns().min()?;
        let south = rows().min()?;
        Some(Self {
            west,
            south,
            columns: i64::from(columns().max()?) - i64::from(west) + 1,
            rows: i64::from(rows().max()?) - i64::from(south) + 1,
        })
    }

    fn cells(&self) -> i64 {
        self.columns * self.rows
    }

    fn dense(&self, runs: &[(GridCell, Run)]) -> Directory {
        let mut starts = vec![0_u32; self.cells() as usize + 1];
        for &((column, row), _) in runs {
            let at = i64::from(row - self.south) * self.columns + i64::from(column - self.west);
            starts[at as usize + 1] += 1;
        }
        let mut sum = 0;
        for n in &mut starts {
            sum += *n;
            *n = sum;
        }
        let columns = self.columns as i32;
        let rows = self.rows as i32;
        Directory::Dense {
            west: self.west,
            south: self.south,
            columns,
            rows,
            starts,
        }
    }
}

fn hashed(runs: &[(GridCell, Run)]) -> Directory {
    let mut cells: AHashMap<GridCell, (u32, u32)> = AHashMap::default();
    for (i, &(cell, _)) in runs.iter().enumerate() {
        let i = i as u32;
        cells.entry(cell).or_insert((i, i)).1 = i + 1;
    }
    cells.shrink_to_fit();
    Directory::Hashed(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(runs: &[(GridCell, Run)], dense: bool) {
        let grid = Grid::new(runs.to_vec());
        assert_eq!(matches!(grid.directory, Directory::Dense { .. }), dense);
        for &(cell, _) in runs {
            let mut want: Vec<Run> = runs.iter().filter(|r| r.0 == cell).map(|r| r.1).collect();
            want.sort_unstable();
            assert_eq!(grid.runs(cell), want);
        }
        for nowhere in [
            (i32::MIN, i32::MIN),
            (i32::MAX, i32::MAX),
            (0, i32::MIN),
            (77, 78),
        ] {
            assert!(grid.runs(nowhere).is_empty(), "{nowhere:?}");
        }
    }

    #[test]
    fn a_compact_city_and_a_scattered_one_answer_alike() {
        let compact = [
            ((5, 5), (0, 3)),
            ((-2, 9), (3, 4)),
            ((5, 5), (9, 11)),
            ((6, 5), (4, 9)),
        ];
        check(&compact, true);
        let scattered = [
            ((5, 5), (0, 3)),
            ((-144_000, 80_000), (3, 4)),
            ((5, 5), (9, 11)),
            ((150_000, -70_000), (4, 9)),
        ];
        check(&scattered, false);
        check(&[], false);
    }

    #[test]
    fn cells_are_125_m_wide_at_the_latitude_of_the_city() {
        let metres = |e7: i32, lat: f64| f64::from(e7) / 1e7 * M_PER_DEG * lat.to_radians().cos();
        for lat in [1.35, -37.8, 60.2] {
            let size = CellSize::at_latitude(lat);
            assert!((metres(size.height, 0.0) - 125.0).abs() < 0.1);
            assert!((metres(size.width, lat) - 125.0).abs() < 0.1);
        }
        assert_eq!(CellSize::at_latitude(0.0).cell_at((-1, -1)), (-1, -1));
        assert!(CellSize::at_latitude(90.0).width > 0);
    }
}
