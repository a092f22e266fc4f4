//! Powers and logarithms of two in integers, from tables that the compiler makes by integers too.
//!
//! Exponents and logarithms are in 2^-16 octave. Between two entries the tables go straight: the
//! power is off by 10^-6 of itself at most, the logarithm by half a unit.

/// Octaves are counted in 1/65,536.
pub(super) const OCTAVE: i32 = 1 << 16;

/// Bits after the point of what [`exp2`] gives.
pub(super) const POINT: u32 = 32;

/// 1 as [`exp2`] gives it.
pub(super) const ONE: u64 = 1 << POINT;

const ENTRIES: usize = 257;

/// Bits after the point while the tables are made: two factors below 2 fit 128 bits.
const FINE: u32 = 60;

/// 2^(i/256), 32 bits after the point.
static POWERS: [u64; ENTRIES] = powers();

/// log2(1 + i/256), in 2^-16 octave.
static LOGARITHMS: [u32; ENTRIES] = logarithms();

const fn powers() -> [u64; ENTRIES] {
    // The 256th root of 2: eight square roots.
    let mut root = 2u128 << FINE;
    let mut n = 0;
    while n < 8 {
        root = (root << FINE).isqrt();
        n += 1;
    }
    let half = 1u128 << (FINE - POINT - 1);
    let mut table = [0; ENTRIES];
    let mut power = 1u128 << FINE;
    let mut i = 0;
    while i < ENTRIES {
        table[i] = ((power + half) >> (FINE - POINT)) as u64;
        power = (power * root) >> FINE;
        i += 1;
    }
    table
}

const fn logarithms() -> [u32; ENTRIES] {
    let mut table = [0; ENTRIES];
    let mut i = 0;
    while i < ENTRIES - 1 {
        // Bit by bit: squaring doubles the logarithm, and what passes 2 is its next bit.
        let mut x = (256 + i as u128) << (FINE - 8);
        let mut bits = 0u32;
        let mut n = 0;
        while n < 17 {
            x = (x * x) >> FINE;
            bits <<= 1;
            if x >= 2 << FINE {
                x >>= 1;
                bits |= 1;
            }
            n += 1;
        }
        table[i] = bits.div_ceil(2);
        i += 1;
    }
    table[ENTRIES - 1] = OCTAVE as u32;
    table
}

/// 2^x with [`POINT`] bits after the point. `x` beyond -32 and 31 octaves counts as these.
pub(super) const fn exp2(x: i32) -> u64 {
    let x = if x < -32 * OCTAVE {
        -32 * OCTAVE
    } else if x > 31 * OCTAVE {
        31 * OCTAVE
    } else {
        x
    };
    let octaves = x >> 16;
    let at = (x >> 8 & 0xff) as usize;
    let between = (x & 0xff) as u64;
    let low = POWERS[at];
    let power = low + (((POWERS[at + 1] - low) * between) >> 8);
    if octaves < 0 {
        power >> -octaves
    } else {
        power << octaves
    }
}

/// log2(x), of a whole number. Of 0 as of 1.
pub(super) const fn log2(x: u64) -> i32 {
    let x = if x == 0 { 1 } else { x };
    let octaves = x.ilog2();
    // The bits behind the leading one, to the left.
    let behind = (x << x.leading_zeros()) << 1;
    let at = (behind >> 56) as usize;
    let between = (behind >> 40 & 0xffff) as u32;
    let low = LOGARITHMS[at];
    let step = LOGARITHMS[at + 1] - low;
    (octaves << 16 | (low + ((step * between) >> 16))) as i32
}

/// From octaves to nats, both in 2^-16: x * ln 2.
pub(super) const fn nats(octaves: i32) -> i32 {
    // ln 2 = 726,817 / 2^20
    ((octaves as i64 * 726_817) >> 20) as i32
}

/// From nats to octaves, both in 2^-16: x / ln 2.
pub(super) const fn octaves(nats: i32) -> i32 {
    // 1 / ln 2 = 1,512,775 / 2^20
    ((nats as i64 * 1_512_775) >> 20) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_and_logarithms_are_those_of_two() {
        for x in (-20 * OCTAVE..20 * OCTAVE).step_by(97) {
            let exact = (f64::from(x) / 65_536.0).exp2() * ONE as f64;
            let ours = exp2(x) as f64;
            assert!(
                (ours - exact).abs() <= exact * 1.2e-6 + 1.0,
                "{x}: {ours}, not {exact}"
            );
        }
        for n in 0..20_000u64 {
            let x = n * n * n * 1_000_003 + n + 1;
            let exact = (x as f64).log2() * 65_536.0;
            let ours = f64::from(log2(x));
            assert!((ours - exact).abs() <= 1.5, "{x}: {ours}, not {exact}");
        }
    }

    #[test]
    fn the_tables_rise_from_end_to_end() {
        assert!(POWERS.is_sorted_by(|a, b| a < b), "powers");
        assert_eq!(POWERS[0], ONE);
        assert_eq!(POWERS[256], 2 * ONE);
        assert!(LOGARITHMS.is_sorted_by(|a, b| a < b), "logarithms");
        assert_eq!(log2(1), 0);
        assert_eq!(log2(0), 0);
        assert_eq!(log2(1 << 40), 40 * OCTAVE);
        assert!(log2(u64::MAX) <= 64 * OCTAVE);
        assert_eq!(exp2(i32::MIN), 1);
        assert_eq!(exp2(i32::MAX), ONE << 31);
    }
}
