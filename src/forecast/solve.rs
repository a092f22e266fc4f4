//! Small symmetric systems of equations, solved by Cholesky's way.
//!
//! Promises: the same bits in, the same bits out, and never NaN: a direction of which the matrix says
//! nothing gets as good as no weight. Dear: N cubed over six multiplications.

/// The least that a pivot is taken for.
const LEAST: f64 = 1e-12;

/// The `x` of `a x = b`; only the lower triangle of `a` is read, and `a` has a ridge on its diagonal.
#[must_use]
pub(super) fn solve<const N: usize>(a: &[[f64; N]; N], b: &[f64; N]) -> [f64; N] {
    let mut low = [[0.0; N]; N];
    for i in 0..N {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| low[i][k] * low[j][k]).sum();
            let left = a[i][j] - known;
            low[i][j] = if i == j {
                left.max(LEAST).sqrt()
            } else {
                left / low[j][j]
            };
        }
    }
    let mut x = *b;
    for i in 0..N {
        let known: f64 = (0..i).map(|k| low[i][k] * x[k]).sum();
        x[i] = (x[i] - known) / low[i][i];
    }
    for i in (0..N).rev() {
        let known: f64 = (i + 1..N).map(|k| low[k][i] * x[k]).sum();
        x[i] = (x[i] - known) / low[i][i];
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_of_three_is_solved_as_by_hand() {
        let a = [[4.0, 0.0, 0.0], [2.0, 5.0, 0.0], [0.0, 1.0, 3.0]];
        // The symmetric matrix times (1, -2, 3).
        let x = solve(&a, &[0.0, -5.0, 7.0]);
        for (x, wanted) in x.iter().zip([1.0, -2.0, 3.0]) {
            assert!((x - wanted).abs() < 1e-12, "{x} is not {wanted}");
        }
    }

    #[test]
    fn what_nothing_is_known_of_is_no_nan() {
        let x = solve(&[[0.0; 2]; 2], &[0.0; 2]);
        assert!(x.iter().all(|x| *x == 0.0), "{x:?}");
        let x = solve(&[[1.0, 0.0], [1.0, 1.0]], &[1.0, 1.0]);
        assert!(x.iter().all(|x| x.is_finite()), "{x:?}");
    }
}
