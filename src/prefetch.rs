//! Asking the processor for a cache line before it is needed. A hint: it reads nothing and cannot fail.

/// Asks for the line that holds `items[i]`; does nothing where there is no such item or no such instruction.
#[inline]
#[allow(unsafe_code, reason = "the one intrinsic has no safe form")]
pub(crate) fn prefetch<T>(items: &[T], i: usize) {
    #[cfg(target_arch = "x86_64")]
    if i < items.len() {
        // SAFETY: the address is inside the slice, and a prefetch does not access memory in any case.
        unsafe {
            std::arch::x86_64::_mm_prefetch(items.as_ptr().add(i).cast::<i8>(), std::arch::x86_64::_MM_HINT_T0);
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (items, i);
}
