//! Names of files in a package: those that every system accepts, and the strictest of them is Windows.

/// Longest path within a package, in UTF-16 units: Windows takes 260 with the folder that it is unpacked to.
const LONGEST_PATH: usize = 200;
/// Longest part of a path, in bytes: file systems take 255.
const LONGEST_PART: usize = 200;

/// A text as the name of a file or folder of at most so many bytes. BagIt would have `%` written otherwise.
pub(crate) fn safe(text: &str, most: usize) -> String {
    let plain: String = text
        .chars()
        .map(|character| match character {
            space if space.is_whitespace() => ' ',
            refused if is_refused(refused) => '-',
            other => other,
        })
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let end = (0..=most.min(plain.len())).rev().find(|at| plain.is_char_boundary(*at)).unwrap_or(0);
    let plain = plain[..end].trim_matches(['.', ' ']);
    match plain {
        "" => "_".to_owned(),
        device if is_device(device) => format!("_{device}"),
        plain => plain.to_owned(),
    }
}

/// What is wrong with a path from outside.
pub(crate) fn fault(path: &str) -> Option<&'static str> {
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.encode_utf16().count() > LONGEST_PATH {
        return Some("太长");
    }
    if path.starts_with('/') || path.contains('\\') || path.contains(':') {
        return Some("指向包以外的位置");
    }
    for part in path.split('/') {
        let fault = match part {
            "" => Some("有一段是空的"),
            "." | ".." => Some("指向包以外的位置"),
            part if part.len() > LONGEST_PART => Some("太长"),
            part if part.ends_with(['.', ' ']) || part.starts_with(' ') => Some("以空格或句点结尾，Windows 不接受"),
            part if is_device(part) => Some("是 Windows 的保留名"),
            part if part.chars().any(is_refused) => Some("含有 Windows 或 BagIt 不接受的字符"),
            _ => None,
        };
        if fault.is_some() {
            return fault;
        }
    }
    None
}

/// Names that differ in case alone are one and the same on most systems.
pub(crate) fn folded(path: &str) -> String {
    path.to_lowercase()
}

/// Beside what Windows refuses: what turns text around, so that a name would read otherwise than it is.
fn is_refused(character: char) -> bool {
    matches!(character, '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' | '%')
        || character.is_control()
        || matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Windows keeps these names for devices, with any ending.
fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|rest| {
            matches!(rest, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
        })
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") || numbered("COM") || numbered("LPT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_such_as_every_system_accepts() {
        for (text, name) in [
            ("REL-APP-2026-001", "REL-APP-2026-001"),
            ("〔2026〕1/2 号:100%", "〔2026〕1-2 号-100-"),
            (" 扫描 \n件.pdf. ", "扫描 件.pdf"),
            ("con.pdf", "_con.pdf"),
            ("..", "_"),
            ("\u{202E}fdp.exe", "-fdp.exe"),
        ] {
            assert_eq!(safe(text, 80), name);
            assert_eq!(fault(&safe(text, 80)), None, "{text}");
        }
        assert_eq!(safe("产品产品", 7), "产品");
    }

    #[test]
    fn paths_that_leave_the_package_or_that_windows_refuses_are_found() {
        for path in [
            "/etc/passwd",
            "../a",
            "a/../../b",
            "a\\b",
            "C:a",
            "a//b",
            "./a",
            "a/NUL",
            "lpt1.txt",
            "a.",
            "a /b",
            "a?b",
            "100%.txt",
            "a\nb",
        ] {
            assert!(fault(path).is_some(), "{path:?}");
        }
        assert!(fault(&"长".repeat(300)).is_some());
        for path in ["归档包/data/REL-APP-2026-001/V1.0/签署件/扫描（1）.pdf", "a/b/", "console.txt"] {
            assert_eq!(fault(path), None);
        }
    }
}
