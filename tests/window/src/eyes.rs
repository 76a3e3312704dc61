//! A person before the display: presses a real key and sees what becomes of it.
//!
//! WebDriver and the page's own clock end where the page has told the engine what to draw. Here a key is pressed at the
//! X server and the server itself tells which pixels the program changed (X Damage): everything between lies in the
//! figure, also what the page cannot see, such as a picture put together without a GPU.

use std::error::Error;
use std::time::{Duration, Instant};

use x11rb::CURRENT_TIME;
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::damage::{ConnectionExt as _, ReportLevel};
use x11rb::protocol::xproto::{
    ConnectionExt as _, InputFocus, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, MapState, Rectangle,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// Nothing of a key comes later than this.
const LATEST: Duration = Duration::from_millis(600);
/// What changes after so long a rest belongs to something else, such as a caret that blinks.
const REST: Duration = Duration::from_millis(60);
/// A window that shows nothing new for so long has started.
const STANDS: Duration = Duration::from_millis(700);
/// A program that draws no window in this time has not started.
const STARTS: Duration = Duration::from_secs(20);
/// A caret that blinks is narrower than any letter, in pixels.
const LETTER: u16 = 4;
/// How wide the side bar is, in pixels. Half a second after the list it tells of the backups, which nobody waits for.
const SIDE_BAR: u16 = 216;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Somebody who looks at one display.
pub struct Eyes {
    connection: RustConnection,
    window: u32,
    /// Code of the key `a`, and of those behind it in the order of their names.
    least_code: u8,
    names: Vec<u32>,
    names_of_a_key: usize,
}

/// What became of a key.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// Until the first pixels were other ones.
    pub first: Duration,
    /// Until the last ones were.
    pub last: Duration,
    /// How many pixels were drawn, counted as often as they were.
    pub pixels: u64,
}

impl Eyes {
    /// Looks at the largest window of a display and gives it the keys.
    pub fn on(display: &str) -> Result<Self> {
        let (connection, screen) = x11rb::connect(Some(display))?;
        connection.damage_query_version(1, 1)?.reply()?;
        connection.xtest_get_version(2, 2)?.reply()?;
        let root = connection.setup().roots[screen].root;
        let mut largest = (0, root);
        for window in connection.query_tree(root)?.reply()?.children {
            let size = connection.get_geometry(window)?.reply()?;
            let area = u64::from(size.width) * u64::from(size.height);
            let shown = connection.get_window_attributes(window)?.reply()?.map_state == MapState::VIEWABLE;
            if shown && area > largest.0 {
                largest = (area, window);
            }
        }
        let window = largest.1;
        connection.set_input_focus(InputFocus::PARENT, window, CURRENT_TIME)?;
        let damage = connection.generate_id()?;
        connection.damage_create(damage, window, ReportLevel::RAW_RECTANGLES)?;
        let (least_code, most) = (connection.setup().min_keycode, connection.setup().max_keycode);
        let keys = connection.get_keyboard_mapping(least_code, most - least_code + 1)?.reply()?;
        connection.flush()?;
        Ok(Self {
            least_code,
            names: keys.keysyms,
            names_of_a_key: usize::from(keys.keysyms_per_keycode),
            connection,
            window,
        })
    }

    /// Presses the key of a small letter or digit and sees what the window draws for it; `None`: nothing.
    pub fn press(&self, letter: char) -> Result<Option<Seen>> {
        let index = self.names.iter().position(|name| *name == u32::from(letter)).ok_or("no such key")?;
        let code = self.least_code + u8::try_from(index / self.names_of_a_key)?;
        self.connection.sync()?;
        while self.connection.poll_for_event()?.is_some() {}
        let pressed = Instant::now();
        for kind in [KEY_PRESS_EVENT, KEY_RELEASE_EVENT] {
            self.connection.xtest_fake_input(kind, code, CURRENT_TIME, self.window, 0, 0, 0)?;
        }
        self.connection.flush()?;
        let mut seen: Option<Seen> = None;
        loop {
            let passed = pressed.elapsed();
            if passed > LATEST || seen.is_some_and(|seen| passed > seen.last + REST) {
                return Ok(seen);
            }
            let Some(Event::DamageNotify(drawn)) = self.connection.poll_for_event()? else {
                std::thread::sleep(Duration::from_micros(200));
                continue;
            };
            if drawn.area.width < LETTER {
                continue;
            }
            let now = pressed.elapsed();
            let (first, before) = seen.map_or((now, 0), |seen| (seen.first, seen.pixels));
            seen = Some(Seen { first, last: now, pixels: before + area(drawn.area) });
        }
    }
}

/// Looks at a display on which a program is being started by `start`; how long it takes until the last pixel of what it
/// shows first beside the side bar.
pub fn first_picture(display: &str, start: impl FnOnce()) -> Result<Duration> {
    let (connection, screen) = x11rb::connect(Some(display))?;
    connection.damage_query_version(1, 1)?.reply()?;
    let root = connection.setup().roots[screen].root;
    // What is drawn in a window is drawn on the screen.
    connection.damage_create(connection.generate_id()?, root, ReportLevel::RAW_RECTANGLES)?;
    connection.sync()?;
    let started = Instant::now();
    start();
    let mut last = None;
    loop {
        let passed = started.elapsed();
        match last {
            Some(last) if passed > last + STANDS => return Ok(last),
            None if passed > STARTS => return Err("no window was drawn".into()),
            _ => {}
        }
        match connection.poll_for_event()? {
            Some(Event::DamageNotify(drawn)) if drawn.area.width > SIDE_BAR => last = Some(started.elapsed()),
            Some(_) => {}
            None => std::thread::sleep(Duration::from_micros(200)),
        }
    }
}

fn area(of: Rectangle) -> u64 {
    u64::from(of.width) * u64::from(of.height)
}
