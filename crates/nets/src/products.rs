use serde::{Deserialize, Serialize};
use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, Ordering};

/// Which kernels of MKL, inside libtorch, multiply matrices of single and double precision on an x86-64 processor.
///
/// MKL takes AVX-512 on processors by one maker alone; others get AVX2, whatever they can do. Where AVX-512 is twice as
/// wide as AVX2 in silicon, as in Zen 5, that is half the speed: 105 against 240 GFLOP/s a core at the shapes of these
/// networks. MKL asks a function of its own for the maker, and a program's function of the same name goes before a
/// library's: this crate has one. What the processor can do MKL finds out by itself, so that no kernel is taken that would not
/// run. Only on Linux; elsewhere, and where libtorch has no MKL, nothing is different.
///
/// The two differ in the order of sums, and thus in the last digits of a product.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Products {
    /// As MKL chooses by itself.
    #[default]
    ByMaker,
    /// By what the processor can do: AVX-512 wherever there is AVX-512. What a program with this crate has unless it says
    /// otherwise.
    ByAbility,
}

static BY_ABILITY: AtomicBool = AtomicBool::new(true);

impl Products {
    /// Makes this the choice of the process. MKL asks once: call it before the first operation on tensors.
    pub fn choose(self) {
        BY_ABILITY.store(self == Self::ByAbility, Ordering::Relaxed);
    }

    /// Whether it is MKL's own choice.
    pub fn is_by_maker(&self) -> bool {
        *self == Self::ByMaker
    }

    /// What this process has. On a processor for which MKL's own choice is by ability already it is that choice.
    pub fn of_this_process() -> Self {
        let differs = cfg!(all(target_os = "linux", target_arch = "x86_64")) && !made_by_intel();
        if differs && BY_ABILITY.load(Ordering::Relaxed) { Self::ByAbility } else { Self::ByMaker }
    }
}

/// What MKL asks before it chooses its kernels.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[unsafe(no_mangle)]
pub extern "C" fn mkl_serv_intel_cpu_true() -> c_int {
    c_int::from(BY_ABILITY.load(Ordering::Relaxed) || made_by_intel())
}

#[cfg(target_arch = "x86_64")]
fn made_by_intel() -> bool {
    let leaf = std::arch::x86_64::__cpuid(0);
    // The name's letters lie in this order.
    [leaf.ebx, leaf.edx, leaf.ecx].map(u32::to_le_bytes).concat() == b"GenuineIntel"
}

#[cfg(not(target_arch = "x86_64"))]
fn made_by_intel() -> bool {
    false
}

#[cfg(all(test, target_os = "linux", target_arch = "x86_64"))]
mod tests {
    use super::*;
    use std::ffi::c_void;

    #[test]
    fn mkl_asks_this_function() {
        let libtorch_is_loaded = tch::Tensor::from(1.0);
        assert_eq!(libtorch_is_loaded.numel(), 1);
        // SAFETY: the name ends with a zero, and the handle stands for all that the program has loaded.
        let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"mkl_serv_intel_cpu_true".as_ptr()) };
        assert_eq!(found.cast_const(), mkl_serv_intel_cpu_true as *const c_void);
    }

    #[test]
    fn the_choice_is_what_mkl_is_told() {
        let told = |choice: Products| {
            choice.choose();
            (mkl_serv_intel_cpu_true() == 1, Products::of_this_process())
        };
        let intel = made_by_intel();
        assert_eq!(told(Products::ByMaker), (intel, Products::ByMaker));
        let ability = if intel { Products::ByMaker } else { Products::ByAbility };
        assert_eq!(told(Products::ByAbility), (true, ability));
    }
}
