use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicBool, Ordering};

/// Which kernels MKL, inside libtorch, takes on an x86-64 processor: for products of matrices, which are most of a
/// training's time, and for vector functions such as exp and log.
///
/// MKL takes AVX-512 on processors by one maker alone, whatever others can do. Where AVX-512 is twice as wide as AVX2 in
/// silicon, as in Zen 5, that halves the speed of products in single precision (`cargo run --release -p deepclust-nets --example
/// products` measures it). MKL asks a function for the maker, and a program's function of that name goes before a library's:
/// this crate has one. It passes MKL's own answer on until [`choose`](Self::choose) is called: linking this crate
/// changes nothing. What the processor can do MKL finds out by itself, so that no kernel is taken that would not
/// run. Only on Linux; elsewhere, and where libtorch has no MKL or is linked statically, nothing is different.
///
/// The two differ in the order of sums, and thus in last digits, which training amplifies.
///
/// # MKL's licence
///
/// MKL comes under the Intel Simplified Software License. Its version of October 2022 permits neither reverse engineering
/// "nor any modification or alteration of the Software or its operation at any time, including during execution". We do not
/// change MKL's files nor its code in memory; with [`ByAbility`](Self::ByAbility) the program answers a question that MKL
/// asks it, and the answer need not be MKL's own. Whether the licence means that too, each user has to judge. Who
/// does not want it leaves the call out, or calls `Products::ByMaker.choose()`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Products {
    /// As MKL chooses by itself. What a process has that does not choose.
    #[default]
    ByMaker,
    /// By what the processor can do.
    ByAbility,
}

static BY_ABILITY: AtomicBool = AtomicBool::new(false);

impl Products {
    /// Makes this the choice of the process. MKL asks once: call it first thing, before any operation on tensors.
    pub fn choose(self) {
        BY_ABILITY.store(self == Self::ByAbility, Ordering::Relaxed);
    }

    /// Whether it is MKL's own choice.
    pub fn is_by_maker(&self) -> bool {
        *self == Self::ByMaker
    }

    /// What this process has. On Intel's processors MKL's own choice is by ability, and this says so; where there is no MKL it is
    /// [`ByMaker`](Self::ByMaker).
    pub fn of_this_process() -> Self {
        match mkl::says_intel() {
            Some(intel) if intel || BY_ABILITY.load(Ordering::Relaxed) => Self::ByAbility,
            _ => Self::ByMaker,
        }
    }

    /// Whether a process can have them on this processor: with MKL there are kernels by ability, and on Intel's no others.
    pub fn is_available(self) -> bool {
        match mkl::says_intel() {
            Some(intel) => !intel || self == Self::ByAbility,
            None => self == Self::ByMaker,
        }
    }
}

impl std::fmt::Display for Products {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_by_maker() { "by-maker" } else { "by-ability" })
    }
}

impl std::str::FromStr for Products {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "by-maker" => Ok(Self::ByMaker),
            "by-ability" => Ok(Self::ByAbility),
            other => Err(format!("expected `by-maker` or `by-ability`, found `{other}`")),
        }
    }
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod mkl {
    use super::{BY_ABILITY, Ordering};
    use std::ffi::c_int;

    /// What MKL asks before it chooses its kernels: is the processor Intel's? MKL's own answer, unless the process has chosen.
    #[unsafe(no_mangle)]
    extern "C" fn mkl_serv_intel_cpu_true() -> c_int {
        if BY_ABILITY.load(Ordering::Relaxed) { 1 } else { own_answer().unwrap_or(0) }
    }

    pub(super) fn says_intel() -> Option<bool> {
        own_answer().map(|answer| answer != 0)
    }

    /// The answer of MKL's own function; none where there is no MKL.
    fn own_answer() -> Option<c_int> {
        // SAFETY: the name ends with a zero, and the handle stands for what was loaded after this program.
        let own = unsafe { libc::dlsym(libc::RTLD_NEXT, c"mkl_serv_intel_cpu_true".as_ptr()) };
        if own.is_null() {
            return None;
        }
        // SAFETY: MKL's function of this name has no argument and answers an int, as the one above does.
        let own: extern "C" fn() -> c_int = unsafe { std::mem::transmute(own) };
        Some(own())
    }
}

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
mod mkl {
    pub(super) fn says_intel() -> Option<bool> {
        None
    }
}
