//! Nothing is lost: closing in the middle, a killed process, undo tomorrow.
#![allow(clippy::disallowed_methods, reason = "the moments of keystrokes and of the kill are what is tested")]

#[allow(dead_code, reason = "each test file uses its own part of the kit")]
mod kit;

use std::path::Path;
use std::time::{Duration, Instant};

use dossier_window_tests::Window;
use kit::{World, begin, opened, saved};
use serde_json::json;

/// What may be lost when the process is killed.
const ONE_SECOND: Duration = Duration::from_secs(1);

fn reopen(window: &mut Window) {
    window.restart();
    window.click("[data-release] [data-template='release-application']");
    window.wait_for("[data-path='contact']");
}

#[test]
fn closing_in_the_middle_of_a_word_keeps_it_and_undo_works_after_opening_again() {
    let world = World::new();
    let mut window = world.setup().start(world.data.path());
    begin(&window);
    let id = opened(&window, "release-application");
    window.type_text("[data-path='contact']", "分机 8021");
    window.press("Tab");
    saved(&window);
    window.type_text("[data-path='target_users']", "写到一半");
    window.close();
    assert_eq!(world.content(&id)["target_users"], "写到一半", "closing stores what is being typed");

    reopen(&mut window);
    window.wait_value("[data-path='target_users']", "写到一半");
    window.press("Control+z");
    window.wait_value("[data-path='target_users']", "");
    window.press("Control+z");
    window.wait_value("[data-path='contact']", "");
    window.press("Control+y");
    window.wait_value("[data-path='contact']", "分机 8021");
    saved(&window);
    assert_eq!(world.content(&id)["contact"], "分机 8021");
    assert_eq!(world.content(&id).get("target_users"), None);
}

#[test]
fn a_killed_process_loses_at_most_the_last_second_of_typing() {
    let world = World::new();
    let mut window = world.setup().start(world.data.path());
    begin(&window);
    let id = opened(&window, "release-application");
    for cycle in 0..20 {
        if cycle > 0 {
            reopen(&mut window);
        }
        window.click("[data-path='contact']");
        window.press("Control+a");
        let mut typed = Vec::new();
        // Killed at another moment each time.
        let until = Instant::now() + Duration::from_millis(1200 + 37 * cycle);
        while Instant::now() < until {
            let piece = format!("{cycle}-{};", typed.len());
            window.keys(&piece);
            typed.push((Instant::now(), piece));
            std::thread::sleep(Duration::from_millis(40));
        }
        let killed = Instant::now();
        window.kill();
        let kept = world.content(&id)["contact"].as_str().unwrap_or_default().to_owned();
        for (at, piece) in &typed {
            assert!(killed - *at < ONE_SECOND || kept.contains(piece.as_str()), "cycle {cycle}: `{piece}` of {kept}");
        }
    }
}

#[test]
fn the_enter_that_ends_a_composition_does_nothing_else() {
    let world = World::new();
    let window = world.setup().start(world.data.path());
    begin(&window);
    let id = opened(&window, "release-application");
    window.click("[data-path='contact']");
    // An input method as the page sees it: composing text, and the Enter that takes it.
    let compose = "const field = document.querySelector(given[0]);\
        field.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }));\
        for (const part of ['f', 'fen', '分机']) {\
          field.value = part;\
          field.dispatchEvent(new CompositionEvent('compositionupdate', { bubbles: true, data: part }));\
          field.dispatchEvent(new InputEvent('input', { bubbles: true, isComposing: true, data: part }));\
        }\
        field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, isComposing: true, keyCode: 229 }));\
        field.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true, data: '分机' }));\
        field.dispatchEvent(new InputEvent('input', { bubbles: true, data: '分机' }));\
        return document.activeElement === field";
    let stays = window.execute(compose, json!(["[data-path='contact']"]));
    assert_eq!(stays, true, "the cursor stays where the word was written");
    saved(&window);
    assert_eq!(world.content(&id)["contact"], "分机");
}

#[test]
fn a_damaged_workbook_and_a_folder_that_takes_nothing_are_told_and_nothing_changes() {
    let world = World::new();
    let damaged = world.data.path().join("坏了的.xlsx");
    std::fs::write(&damaged, b"PK\x03\x04 torn off").expect("a file");
    // Nobody may write there, not even an administrator.
    let window = world.setup().pick(&damaged).export_to(Path::new("/proc")).start(world.data.path());
    begin(&window);
    let id = opened(&window, "release-plan-table");
    window.wait_for("[data-path='systems[0].system']");
    window.click("[data-action='import']");
    window.wait_text("[data-pane='import'] [role='alert']", "坏了的.xlsx");
    window.click("[data-action='cancel-import']");
    window.wait_gone("[data-pane='import']");
    assert_eq!(world.content(&id).get("systems"), None);

    window.press("Control+e");
    window.click("[data-action='export-now']");
    window.wait_text("[data-strip]", "没有导出");
    window.wait_text("[data-strip]", "proc");
}

#[test]
fn a_plan_of_a_thousand_rows_is_scrolled_and_typed_into() {
    let world = World::new();
    let window = world.setup().start(world.data.path());
    begin(&window);
    let id = opened(&window, "release-plan-table");
    window.wait_for("[data-path='systems[0].order']");
    window.click("[data-path='systems[0].order']");
    let rows: Vec<String> = (1..=1000).map(|n| format!("{n}\t系统{n:04}\tV1.{n}.0\t变更{n}\t低")).collect();
    window.paste(&rows.join("\n"));
    window.wait_text("[data-strip]", "1000 行");
    saved(&window);
    window.press("Control+End");
    window.wait_for("[data-path='systems[999].system']");
    let drawn = window.count("[data-path^='systems['][data-path$='.system']");
    assert!(drawn < 100, "{drawn} rows are drawn: only those to be seen");
    window.press("Home");
    window.press("ArrowRight");
    window.keys("最后一行");
    window.press("Enter");
    saved(&window);
    let stored = world.content(&id);
    assert_eq!(stored["systems"].as_array().map(Vec::len), Some(1000));
    assert_eq!(stored["systems"][999]["system"], "最后一行");
}
