//! The real window in a test's hands: started on a display of its own, clicked and typed into, closed, killed and
//! started again.
//!
//! WebKitWebDriver starts the program and speaks WebDriver; it sees the page and nothing of the system's dialogs, so
//! the program is told beforehand what would be chosen (see `src-tauri/src/ask.rs`). A test that fails leaves a
//! screenshot of that moment in `target/window-tests/`.
#![allow(clippy::disallowed_methods, reason = "a test waits for a window, and nothing of this reaches paper")]

mod drag;
mod driver;
mod eyes;
mod http;
mod keys;
mod machine;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use driver::Driver;
pub use eyes::{Eyes, Seen};
use machine::Display;
pub use machine::{program, tree};

/// How long something may take that a person would wait for.
const PATIENCE: Duration = Duration::from_secs(15);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(30);

/// How WebDriver writes a reference to an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How a window is started.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// What the program finds in its environment beside the test's own.
    pub variables: Vec<(String, String)>,
    /// The system is set to a dark appearance.
    pub dark: bool,
    /// Device pixels for one of the page's; none: 1.
    pub scale: Option<f64>,
}

/// A running window. It ends with its value, and so does everything that was started for it.
pub struct Window {
    data: PathBuf,
    setup: Setup,
    display: Display,
    driver: Option<Driver>,
}

impl Setup {
    /// The file that 导入 picks.
    #[must_use]
    pub fn pick(self, file: &Path) -> Self {
        self.variable("DOSSIER_TEST_PICK", &file.to_string_lossy())
    }

    /// The folder or file that 导出 writes to.
    #[must_use]
    pub fn export_to(self, place: &Path) -> Self {
        self.variable("DOSSIER_TEST_EXPORT_TO", &place.to_string_lossy())
    }

    #[must_use]
    pub fn dark(self) -> Self {
        Self { dark: true, ..self }
    }

    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Starts the program on a data folder and waits for its page.
    #[must_use]
    pub fn start(self, data: &Path) -> Window {
        let display = Display::open();
        let driver = Driver::start(&display, data, &self);
        Window { data: data.to_path_buf(), setup: self, display, driver: Some(driver) }
    }
}

/// Starting and ending.
impl Window {
    /// Starts the program on a data folder and waits for its page.
    #[must_use]
    pub fn start(data: &Path) -> Self {
        Setup::default().start(data)
    }

    /// Ends the program as a power cut would: no handler runs, nothing is put in order.
    pub fn kill(&mut self) {
        if let Some(driver) = self.driver.take() {
            driver.kill_program();
        }
    }

    /// Closes the window as a person does and waits until the program has ended.
    pub fn close(&mut self) {
        if let Some(driver) = self.driver.take() {
            driver.close_window(&self.display, PATIENCE);
        }
    }

    /// Starts the program again on the same data, whatever became of it.
    pub fn restart(&mut self) {
        self.kill();
        self.driver = Some(Driver::start(&self.display, &self.data, &self.setup));
    }

    /// The same, with something else in its environment.
    pub fn restart_with(&mut self, setup: Setup) {
        self.setup = setup;
        self.restart();
    }

    /// Starts the program once more beside this one and returns how it ended.
    pub fn start_second(&self) -> std::process::ExitStatus {
        machine::start_beside(&self.display, &self.data)
    }

    /// Starts the program again as a person does, with nobody driving it, and ends it; how long it takes until the last
    /// pixel of what it shows first beside the side bar.
    pub fn first_picture(&mut self) -> Duration {
        self.kill();
        machine::first_picture(&self.display, &self.data)
    }

    /// Somebody who looks at this window's display and presses the keys there.
    pub fn eyes(&self) -> Eyes {
        Eyes::on(self.display.name()).expect("the display lets itself be looked at")
    }

    /// Process number of the program.
    pub fn process(&self) -> u32 {
        self.driver().program_id().expect("the program runs")
    }
}

/// Looking.
impl Window {
    /// Whether something is on the page now.
    pub fn has(&self, css: &str) -> bool {
        !self.elements(css).is_empty()
    }

    /// How many there are now.
    pub fn count(&self, css: &str) -> usize {
        self.elements(css).len()
    }

    /// Waits until something is on the page and visible.
    #[track_caller]
    pub fn wait_for(&self, css: &str) {
        self.visible(css);
    }

    /// Waits until something is gone.
    #[track_caller]
    pub fn wait_gone(&self, css: &str) {
        self.wait_until(&format!("`{css}` did not go away"), || self.elements(css).is_empty());
    }

    /// Waits until a thing shows a text that contains `part`.
    #[track_caller]
    pub fn wait_text(&self, css: &str, part: &str) {
        let shown = || self.elements(css).first().and_then(|id| self.property(id, "innerText")).unwrap_or_default();
        self.wait_until(&format!("`{css}` does not say `{part}`"), || shown().contains(part));
    }

    /// Waits until a field holds a value.
    #[track_caller]
    pub fn wait_value(&self, css: &str, value: &str) {
        let held = || self.elements(css).first().and_then(|id| self.property(id, "value"));
        self.wait_until(&format!("`{css}` does not hold `{value}`"), || held().as_deref() == Some(value));
    }

    /// Waits for anything, and says what it waited for where it never comes.
    #[track_caller]
    pub fn wait_until(&self, otherwise: &str, condition: impl Fn() -> bool) {
        assert!(wait(PATIENCE, condition), "{otherwise}\nthe page says: {}", self.page_text());
    }

    /// The text that a person reads there, also in what has to be scrolled to.
    #[track_caller]
    pub fn text(&self, css: &str) -> String {
        self.property(&self.present(css), "innerText").unwrap_or_default()
    }

    /// What stands in a field.
    #[track_caller]
    pub fn value(&self, css: &str) -> String {
        self.property(&self.present(css), "value").unwrap_or_default()
    }

    #[track_caller]
    pub fn attribute(&self, css: &str, name: &str) -> Option<String> {
        let id = self.present(css);
        self.get(&format!("element/{id}/attribute/{name}")).as_str().map(str::to_owned)
    }

    /// Runs a function body in the page and returns what it returns; it may await. The arguments are in `given`.
    #[track_caller]
    pub fn execute(&self, body: &str, arguments: Value) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1]; const given = [...arguments].slice(0, -1);\
             (async () => {{ 'use strict'; {body} }})().then(\
             (value) => done({{ value: value === undefined ? null : value }}), (error) => done({{ error: \
             error && error.message ? error.message : JSON.stringify(error) }}));"
        );
        let arguments = if arguments.is_array() { arguments } else { json!([arguments]) };
        let answer = self.post("execute/async", &json!({ "script": script, "args": arguments }));
        assert!(answer.get("error").is_none(), "the page refuses `{body}`: {}", answer["error"]);
        answer["value"].clone()
    }

    /// Writes what the window shows as a PNG.
    #[track_caller]
    pub fn screenshot(&self, path: &Path) {
        let bytes = self.picture().expect("the window shows itself");
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).expect("a folder for the screenshot");
        }
        std::fs::write(path, bytes).expect("the screenshot is written");
    }

    /// Everything that the page says.
    pub fn page_text(&self) -> String {
        let body = self.driver().post("element", &json!({ "using": "css selector", "value": "body" }));
        let id = body.ok().and_then(|body| Some(body[ELEMENT].as_str()?.to_owned()));
        id.and_then(|id| self.property(&id, "innerText")).unwrap_or_default()
    }
}

/// Acting.
impl Window {
    /// Presses something with the mouse, once it is there.
    #[track_caller]
    pub fn click(&self, css: &str) {
        let mut last = String::new();
        let clicked = || match self.elements(css).first() {
            Some(id) => {
                self.driver().post(&format!("element/{id}/click"), &json!({})).map_err(|error| error.to_string())
            }
            None => Err("there is none".into()),
        };
        // What moves or is covered for a moment is pressed a moment later, as a person would.
        let done = wait(PATIENCE, || match clicked() {
            Ok(_) => true,
            Err(error) => {
                last = error;
                false
            }
        });
        assert!(done, "cannot press `{css}`: {last}\nthe page says: {}", self.page_text());
    }

    /// Puts the cursor into a field and types, after what stands there.
    #[track_caller]
    pub fn type_text(&self, css: &str, text: &str) {
        self.click(css);
        self.keys(text);
    }

    /// Types at the cursor, key by key.
    #[track_caller]
    pub fn keys(&self, text: &str) {
        self.actions(&keys::typed(text));
    }

    /// Presses keys together, such as `Control+Shift+z` or `Enter`.
    #[track_caller]
    pub fn press(&self, chord: &str) {
        self.actions(&keys::chord(chord));
    }

    /// Draws a line over something with the mouse held down, through points from (0, 0) at its upper left corner to
    /// (1, 1).
    #[track_caller]
    pub fn draw(&self, css: &str, points: &[(f64, f64)]) {
        self.wait_for(css);
        let frame = self.execute(
            "const box = document.querySelector(given[0]).getBoundingClientRect();\
             return [box.left, box.top, box.width, box.height]",
            json!([css]),
        );
        let measure = |index: usize| frame[index].as_f64().unwrap_or_default();
        let at = |&(x, y): &(f64, f64)| {
            let x = (measure(0) + x * measure(2)).round() as i64;
            let y = (measure(1) + y * measure(3)).round() as i64;
            json!({ "type": "pointerMove", "duration": 20, "origin": "viewport", "x": x, "y": y })
        };
        let mut strokes: Vec<Value> = points.iter().map(at).collect();
        strokes.insert(1.min(strokes.len()), json!({ "type": "pointerDown", "button": 0 }));
        strokes.push(json!({ "type": "pointerUp", "button": 0 }));
        let source = json!({
            "type": "pointer", "id": "mouse", "parameters": { "pointerType": "mouse" }, "actions": strokes,
        });
        self.post("actions", &json!({ "actions": [source] }));
        self.driver().delete("actions");
    }

    /// Puts text on the system's clipboard, as another program would, and pastes it at the cursor.
    #[track_caller]
    pub fn paste(&self, text: &str) {
        self.display.copy(text);
        self.press("Control+v");
    }

    /// What is on the system's clipboard.
    pub fn clipboard(&self) -> String {
        self.display.clipboard()
    }

    /// Drags a file from another program to a place of the window, in the page's pixels, and lets go.
    pub fn drop_file(&self, file: &Path, place: (i16, i16)) {
        drag::drop_file(self.display.name(), file, place).expect("the window takes the file");
    }

    /// Makes the window another size, in the page's pixels.
    pub fn resize(&self, width: u32, height: u32) {
        self.post("window/rect", &json!({ "x": 0, "y": 0, "width": width, "height": height }));
        let inner = || self.execute("return [innerWidth, innerHeight]", json!([]));
        self.wait_until(&format!("the window does not become {width} × {height}"), || {
            inner() == json!([width, height])
        });
    }

    fn actions(&self, strokes: &Value) {
        let source = json!({ "type": "key", "id": "keyboard", "actions": strokes });
        self.post("actions", &json!({ "actions": [source] }));
        self.driver().delete("actions");
    }
}

/// Changes a pixel that nobody sees, for two seconds.
const STIR: &str = "
    const pixel = document.createElement('i');
    Object.assign(pixel.style, { position: 'fixed', inset: '0 auto auto 0', width: '1px', height: '1px', opacity: '.01' });
    document.body.append(pixel);
    let turn = 0;
    const stirring = setInterval(() => {
      pixel.style.background = turn % 2 ? '#000' : '#fff';
      turn += 1;
      if (turn === 100) { clearInterval(stirring); pixel.remove(); }
    }, 20);
    arguments[arguments.length - 1]();";

impl Window {
    /// What the window shows, as a PNG. WebKit hands it out with the next change of the screen, and without a graphics
    /// card a page at rest has none: so a pixel is changed meanwhile.
    fn picture(&self) -> Option<Vec<u8>> {
        self.driver().post("execute/async", &json!({ "script": STIR, "args": [] })).ok()?;
        let picture = self.driver().get("screenshot").ok()?;
        STANDARD.decode(picture.as_str()?).ok()
    }

    fn driver(&self) -> &Driver {
        self.driver.as_ref().expect("the window was ended and not started again")
    }

    #[track_caller]
    fn get(&self, path: &str) -> Value {
        self.driver().get(path).unwrap_or_else(|error| panic!("GET {path}: {error}"))
    }

    #[track_caller]
    fn post(&self, path: &str, body: &Value) -> Value {
        self.driver().post(path, body).unwrap_or_else(|error| panic!("POST {path}: {error}"))
    }

    fn elements(&self, css: &str) -> Vec<String> {
        let found = match self.driver().post("elements", &json!({ "using": "css selector", "value": css })) {
            Ok(found) => found,
            // The page put something else in its place while the driver looked: nothing stands there yet.
            Err(error) if error.to_string().contains("stale element") => return Vec::new(),
            Err(error) => panic!("cannot look for `{css}`: {error}"),
        };
        let ids = found.as_array().into_iter().flatten().filter_map(|element| element[ELEMENT].as_str());
        ids.map(str::to_owned).collect()
    }

    #[track_caller]
    fn present(&self, css: &str) -> String {
        self.wait_until(&format!("there is no `{css}`"), || !self.elements(css).is_empty());
        self.elements(css).remove(0)
    }

    #[track_caller]
    fn visible(&self, css: &str) -> String {
        let visible = |id: &String| {
            self.driver().get(&format!("element/{id}/displayed")).is_ok_and(|shown| shown == Value::Bool(true))
                || self.is_drawing(id)
        };
        self.wait_until(&format!("`{css}` is not to be seen"), || self.elements(css).iter().any(visible));
        self.elements(css).into_iter().find(visible).unwrap_or_default()
    }

    /// Whether it is a drawing with a size of its own: the driver calls every drawing unseen.
    fn is_drawing(&self, id: &str) -> bool {
        let shown = "const [it] = arguments; const { width, height } = it.getBoundingClientRect();\
                     return it instanceof SVGElement && width * height > 0";
        let asked = json!({ "script": shown, "args": [{ ELEMENT: id }] });
        self.driver().post("execute/sync", &asked).is_ok_and(|shown| shown == Value::Bool(true))
    }

    fn property(&self, id: &str, name: &str) -> Option<String> {
        let value = self.driver().get(&format!("element/{id}/property/{name}")).ok()?;
        Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // A failed test says what it waited for; the picture says what was there instead.
        if std::thread::panicking() && self.driver.is_some() {
            let name = std::thread::current().name().unwrap_or("window").replace("::", "-");
            let path = machine::scratch().join(format!("{name}.png"));
            if let Some(bytes) = self.picture() {
                let _ = std::fs::create_dir_all(machine::scratch()).and_then(|()| std::fs::write(&path, bytes));
                eprintln!("what the window showed: {}", path.display());
            }
        }
        self.kill();
    }
}

/// Waits until something is so; whether it became so in time.
pub fn wait(patience: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let begun = Instant::now();
    loop {
        if condition() {
            return true;
        }
        if begun.elapsed() > patience {
            return false;
        }
        std::thread::sleep(PAUSE);
    }
}
