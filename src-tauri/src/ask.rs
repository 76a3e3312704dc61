//! The system's dialogs, opened from here and never from the page: the page gets no way to name a path.

use std::path::{Path, PathBuf};

use tauri::WebviewWindow;
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};

/// Where exports go in tests: a folder, or a file.
const TEST_EXPORT_TO: &str = "DOSSIER_TEST_EXPORT_TO";
/// The file that is picked in tests.
const TEST_PICK: &str = "DOSSIER_TEST_PICK";

/// A workbook to import.
pub fn for_workbook(window: &WebviewWindow) -> Option<PathBuf> {
    for_file(window, "选择要导入的表格", "Excel、WPS 和 CSV 表格", &["xlsx", "xlsm", "xls", "ods", "csv", "tsv", "txt"])
}

/// Signed paper that came back as a scan.
pub fn for_scan(window: &WebviewWindow) -> Option<PathBuf> {
    for_file(window, "选择签署件的扫描件", "PDF、JPEG、PNG 和 TIFF", &["pdf", "jpg", "jpeg", "png", "tif", "tiff"])
}

/// A picture for the head of the paper.
pub fn for_picture(window: &WebviewWindow) -> Option<PathBuf> {
    for_file(window, "选择单位标志", "PNG 和 JPEG 图片", &["png", "jpg", "jpeg"])
}

/// A copy of the data, wherever it lies.
pub fn for_backup(window: &WebviewWindow, start: &Path) -> Option<PathBuf> {
    in_test(TEST_PICK).or_else(|| {
        let dialog = dialog(window, "选择要恢复的备份", start).add_filter("发布卷宗的备份", &["db"]);
        path(dialog.add_filter("所有文件", &["*"]).blocking_pick_file())
    })
}

/// A file that goes into the archive as an appendix of a report.
pub fn for_appendix(window: &WebviewWindow) -> Option<PathBuf> {
    let endings = ["pdf", "png", "jpg", "jpeg", "tif", "tiff", "xlsx", "docx", "csv", "txt", "ofd"];
    for_file(window, "选择附录文件", "归档收的文件", &endings)
}

/// An archive package or one between machines, wherever it lies.
pub fn for_package(window: &WebviewWindow) -> Option<PathBuf> {
    for_file(window, "选择归档包或移交包", "归档包和移交包", &["zip"])
}

/// A folder, beginning at one that may not be there.
pub fn for_folder(window: &WebviewWindow, title: &str, start: &Path) -> Option<PathBuf> {
    in_test(TEST_EXPORT_TO).or_else(|| path(dialog(window, title, start).blocking_pick_folder()))
}

/// A name for a file; its ending stays what the format asks for.
pub fn for_new_file(window: &WebviewWindow, start: &Path, name: &str) -> Option<PathBuf> {
    if let Some(place) = in_test(TEST_EXPORT_TO) {
        return Some(if place.is_dir() { place.join(name) } else { place });
    }
    let ending = Path::new(name).extension()?.to_str()?.to_owned();
    let kind = match ending.as_str() {
        "pdf" => "PDF 文件",
        "xlsx" => "Excel 表格",
        "txt" => "文本文件",
        "zip" => "归档包和移交包",
        _ => "文件",
    };
    let dialog = dialog(window, "导出到", start).set_file_name(name).add_filter(kind, &[&ending]);
    path(dialog.blocking_save_file()).map(|chosen| with_ending(chosen, &ending))
}

/// Whether the program is driven by a test.
///
/// WebDriver sees the page and nothing else: a system dialog would stand there for ever, a viewer would open behind
/// the test. So tests say beforehand what would be chosen. A shipped program only listens when it is told to be under
/// test: a variable that lies around must not send anybody's exports to another place.
pub fn under_test() -> bool {
    std::env::var_os("DOSSIER_TEST").is_some_and(|value| value == "1")
}

fn in_test(variable: &str) -> Option<PathBuf> {
    let listens = cfg!(debug_assertions) || under_test();
    listens.then(|| std::env::var_os(variable))?.filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn for_file(window: &WebviewWindow, title: &str, kind: &str, endings: &[&str]) -> Option<PathBuf> {
    in_test(TEST_PICK).or_else(|| {
        let dialog = window.dialog().file().set_parent(window).set_title(title).add_filter(kind, endings);
        path(dialog.add_filter("所有文件", &["*"]).blocking_pick_file())
    })
}

fn dialog(window: &WebviewWindow, title: &str, start: &Path) -> FileDialogBuilder<tauri::Wry> {
    let dialog = window.dialog().file().set_parent(window).set_title(title);
    if start.is_dir() { dialog.set_directory(start) } else { dialog }
}

fn path(chosen: Option<FilePath>) -> Option<PathBuf> {
    chosen?.into_path().ok()
}

/// People type a name without its ending, and names with a point in them (`V4.2`) have none.
fn with_ending(path: PathBuf, ending: &str) -> PathBuf {
    if path.extension().is_some_and(|typed| typed.eq_ignore_ascii_case(ending)) {
        return path;
    }
    let mut name = path.into_os_string();
    name.push(".");
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_name_gets_the_ending_of_its_format() {
        for (typed, becomes) in [("a.pdf", "a.pdf"), ("a.PDF", "a.PDF"), ("产品 V4.2", "产品 V4.2.pdf"), ("a", "a.pdf")]
        {
            assert_eq!(with_ending(typed.into(), "pdf"), Path::new(becomes));
        }
    }
}
