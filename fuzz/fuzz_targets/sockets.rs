//! Fuzz target `sockets`: see `bayhub::fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bayhub::fuzzing::run("sockets", bytes));
