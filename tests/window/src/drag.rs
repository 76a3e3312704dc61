//! A file dragged from another program and let go over the window, by the protocol that desktops speak (XDND 5).

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode,
    SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;
use x11rb::{COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT, CURRENT_TIME, NONE};

/// A program that has not taken the file by then does not take it.
const PATIENCE: Duration = Duration::from_secs(10);
const VERSION: u32 = 5;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The program that the file is dragged from.
struct Source {
    connection: RustConnection,
    screen: u32,
    window: u32,
    target: u32,
    uri: String,
}

/// Drags a file to a place of the window on a display, in pixels of the window, and lets go.
pub fn drop_file(display: &str, file: &Path, place: (i16, i16)) -> Result<()> {
    let (connection, screen) = x11rb::connect(Some(display))?;
    let screen = connection.setup().roots[screen].root;
    let window = connection.generate_id()?;
    let aux = CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE);
    let class = WindowClass::INPUT_OUTPUT;
    connection.create_window(COPY_DEPTH_FROM_PARENT, window, screen, 0, 0, 1, 1, 0, class, COPY_FROM_PARENT, &aux)?;
    let uri = format!("file://{}\r\n", encoded(file));
    let mut source = Source { connection, screen, window, target: screen, uri };
    let (target, (x, y)) = source.taker(place)?.ok_or("no window takes what is dragged there")?;
    source.target = target;
    let list = source.atom("text/uri-list")?;
    source.connection.set_selection_owner(window, source.atom("XdndSelection")?, CURRENT_TIME)?;
    source.tell("XdndEnter", [VERSION << 24, list, 0, 0])?;
    let point = u32::from(x.unsigned_abs()) << 16 | u32::from(y.unsigned_abs());
    let copy = source.atom("XdndActionCopy")?;
    let over = |source: &Source| source.tell("XdndPosition", [0, point, CURRENT_TIME, copy]);
    over(&source)?;
    let (status, finished) = (source.atom("XdndStatus")?, source.atom("XdndFinished")?);
    let begun = Instant::now();
    let mut dropped = false;
    let mut answers = 0;
    while begun.elapsed() < PATIENCE {
        match source.connection.poll_for_event()? {
            Some(Event::SelectionRequest(request)) => source.hand_over(&request, list)?,
            Some(Event::ClientMessage(message)) if message.type_ == status && !dropped => {
                let takes = message.data.as_data32()[1] & 1 == 1;
                answers += 1;
                // As a hand does: moving on over the window until it says that it would take the file.
                std::thread::sleep(Duration::from_millis(50));
                if takes {
                    dropped = true;
                    source.tell("XdndDrop", [0, CURRENT_TIME, 0, 0])?;
                } else {
                    over(&source)?;
                }
            }
            Some(Event::ClientMessage(message)) if message.type_ == finished => return Ok(()),
            Some(_) => {}
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    }
    let what = if dropped { "the file was let go and not taken" } else { "the window takes no file" };
    Err(format!("{what}, asked {answers} times").into())
}

/// A path as it stands in a URI, as desktops write it.
fn encoded(path: &Path) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    let bytes = path.as_os_str().as_encoded_bytes().iter();
    bytes.map(|&byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

impl Source {
    fn atom(&self, name: &str) -> Result<Atom> {
        Ok(self.connection.intern_atom(false, name.as_bytes())?.reply()?.atom)
    }

    /// The window that takes what is dragged, and where on the screen that place of it lies.
    ///
    /// Only a window that is seen there counts. From the first drag on the program has another one that says that it
    /// takes files: GTK's messenger, a pixel beyond the edge of the screen, over which nobody can let go of anything.
    fn taker(&self, (x, y): (i16, i16)) -> Result<Option<(u32, (i16, i16))>> {
        let mut windows = vec![self.screen];
        while let Some(window) = windows.pop() {
            let at = self.connection.translate_coordinates(window, self.screen, x, y)?.reply()?;
            let point = (at.dst_x, at.dst_y);
            if self.under(point)? == Some(window) {
                return Ok(Some((window, point)));
            }
            windows.extend(self.connection.query_tree(window)?.reply()?.children);
        }
        Ok(None)
    }

    /// The window under a point of the screen that says it takes what is dragged, looked for as desktops do: from the
    /// screen down through what is seen there.
    fn under(&self, (x, y): (i16, i16)) -> Result<Option<u32>> {
        let aware = self.atom("XdndAware")?;
        let mut window = self.screen;
        while window != NONE {
            let known = self.connection.get_property(false, window, aware, AtomEnum::ATOM, 0, 1)?.reply()?;
            if known.value_len > 0 {
                return Ok(Some(window));
            }
            window = self.connection.translate_coordinates(self.screen, window, x, y)?.reply()?.child;
        }
        Ok(None)
    }

    fn tell(&self, what: &str, [first, second, third, fourth]: [u32; 4]) -> Result<()> {
        let data = [self.window, first, second, third, fourth];
        let message = ClientMessageEvent::new(32, self.target, self.atom(what)?, data);
        self.connection.send_event(false, self.target, EventMask::NO_EVENT, message)?;
        self.connection.flush()?;
        Ok(())
    }

    /// Gives the name of the file to whoever asks for it as a list of files.
    fn hand_over(&self, request: &SelectionRequestEvent, list: Atom) -> Result<()> {
        let fits = request.target == list;
        if fits {
            let (to, place) = (request.requestor, request.property);
            self.connection.change_property8(PropMode::REPLACE, to, place, list, self.uri.as_bytes())?;
        }
        let answer = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: request.requestor,
            selection: request.selection,
            target: request.target,
            property: if fits { request.property } else { NONE },
        };
        self.connection.send_event(false, request.requestor, EventMask::NO_EVENT, answer)?;
        self.connection.flush()?;
        Ok(())
    }
}
