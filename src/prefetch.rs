//! Asking the processor for a cache line before it is needed. A hint: it reads nothing and cannot
//! fail.

/// Asks for the line or the two lines that hold `items[i]`; does nothing where there is no such
/// item or no such instruction. Both ends are asked for, since an item of 24 bytes lies across two
/// lines one time in four and the half that was not asked for costs as much as the whole.
#[inline]
#[allow(unsafe_code, reason = "the one intrinsic has no safe form")]
pub(crate) fn prefetch<T>(items: &[T], i: usize) {
    #[cfg(target_arch = "x86_64")]
    if i < items.len() {
        // SAFETY: both addresses are inside the slice, and a prefetch does not access memory in any
        // case.
        unsafe {
            let first = items.as_ptr().add(i).cast::<i8>();
            std::arch::x86_64::_mm_prefetch(first, std::arch::x86_64::_MM_HINT_T0);
            if !size_of::<T>().is_power_of_two() {
                std::arch::x86_64::_mm_prefetch(
                    first.add(size_of::<T>() - 1),
                    std::arch::x86_64::_MM_HINT_T0,
                );
            }
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (items, i);
}

/// Asks for all lines that `item` lies in.
#[inline]
pub(crate) fn prefetch_whole<T>(item: &T) {
    const LINE: usize = 64;
    #[cfg(target_arch = "x86_64")]
    #[allow(unsafe_code, reason = "the one intrinsic has no safe form")]
    for at in (0..size_of::<T>())
        .step_by(LINE)
        .chain([size_of::<T>() - 1])
    {
        // SAFETY: the address is inside the item, and a prefetch does not access memory in any case.
        unsafe {
            let byte = std::ptr::from_ref(item).cast::<i8>().add(at);
            std::arch::x86_64::_mm_prefetch(byte, std::arch::x86_64::_MM_HINT_T0);
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (item, LINE);
}
