//! Steps with a name, so that a long run says where it is and a failed one where it stopped.

use std::time::Instant;

use crate::failure::Failure;

/// Runs `work`, saying its name before and the seconds it took after.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    println!("▶ {name}");
    let start = Instant::now();
    let result = work();
    let seconds = start.elapsed().as_secs_f64();
    match result {
        Ok(value) => {
            println!("✔ {name}（{seconds:.1} 秒）");
            Ok(value)
        }
        Err(failure) => {
            println!("✘ {name}（{seconds:.1} 秒）");
            Err(failure.within(name))
        }
    }
}
