//! What a process says of its kernels is what it multiplies with. MKL asks once, so that each choice has a process of its own.

use deepclust_nets::{Device, Kind, Products, Tensor, use_threads};
use std::process::Command;

const CHOICE: &str = "DEEPCLUST_TEST_PRODUCTS";

/// Digits of a product of numbers that no kernel sums exactly, and what the process says of its kernels.
fn product(choice: Option<Products>) -> String {
    if let Some(choice) = choice {
        choice.choose();
    }
    use_threads(1);
    let numbers = |n: i64| (Tensor::arange(n, (Kind::Float, Device::Cpu)) * 0.37).sin();
    let product = numbers(256 * 784).view([256, 784]).mm(&numbers(784 * 500).view([784, 500]));
    let digits: Vec<f32> = Vec::try_from(product.view([-1])).unwrap();
    let bits = digits.iter().fold(0u64, |hash, x| hash.rotate_left(5) ^ u64::from(x.to_bits()));
    format!("bits {bits:x} {}", Products::of_this_process())
}

/// The same of a process in which this test makes that choice, or with `none` makes none.
fn product_of_another_process(choice: &str) -> String {
    let test = "the_kernels_are_those_that_are_named";
    let output = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(CHOICE, choice)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let start = text.find("bits ").unwrap_or_else(|| panic!("{text}"));
    text[start..].lines().next().unwrap().to_owned()
}

#[test]
fn the_kernels_are_those_that_are_named() {
    match std::env::var(CHOICE).as_deref() {
        Ok("by-maker") => return println!("{}", product(Some(Products::ByMaker))),
        Ok("by-ability") => return println!("{}", product(Some(Products::ByAbility))),
        Ok(_) => return println!("{}", product(None)),
        Err(_) => {}
    }
    let by_maker = product_of_another_process("by-maker");
    let by_ability = product_of_another_process("by-ability");
    let named = |text: &str, products: Products| text.ends_with(&format!(" {products}"));
    assert_eq!(named(&by_maker, Products::ByMaker), Products::ByMaker.is_available(), "{by_maker}");
    assert_eq!(named(&by_ability, Products::ByAbility), Products::ByAbility.is_available(), "{by_ability}");
    // A process that links this crate and chooses nothing has what MKL takes by itself.
    assert_eq!(by_maker, product_of_another_process("none"));
    assert_eq!(by_maker, product_of_another_process("by-maker"));
    assert_eq!(by_ability, product_of_another_process("by-ability"));
    if !(Products::ByMaker.is_available() && Products::ByAbility.is_available()) {
        assert_eq!(by_ability, by_maker);
        return;
    }
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx512f") {
        let bits = |text: &str| text.split(' ').nth(1).unwrap().to_owned();
        assert_ne!(bits(&by_ability), bits(&by_maker));
    }
}
