//! The four faces of the house style: fetched, verified, put in place.
//!
//! They are 50 MB and never change, so they are not committed: npm carries them, and their digests stand here.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::checkout::{Checkout, find_program, run_quietly};
use crate::failure::{AtPath, Failure};

const VERSION: &str = "0.4.3";

/// Two faces that come in one package.
pub struct Family {
    /// The npm package `@expo-google-fonts/<package>`.
    package: &'static str,
    faces: [Face; 2],
}

struct Face {
    /// Its folder in the package.
    folder: &'static str,
    file: &'static str,
    sha256: &'static str,
}

const FAMILIES: [Family; 2] = [
    Family {
        package: "noto-sans-sc",
        faces: [
            Face {
                folder: "400Regular",
                file: "NotoSansSC_400Regular.ttf",
                sha256: "d45f67f0a7c0ca3f256950777ce6a61cc7ce5f9696d02900cbbaac25f8aa7d16",
            },
            Face {
                folder: "700Bold",
                file: "NotoSansSC_700Bold.ttf",
                sha256: "9a38ae0ab28cd5a256f9ea8e00dedc688aac17f7915fcb000572990afa956b96",
            },
        ],
    },
    Family {
        package: "noto-serif-sc",
        faces: [
            Face {
                folder: "400Regular",
                file: "NotoSerifSC_400Regular.ttf",
                sha256: "c358a69de3df5f423a8946a7b03e3126fb6ba116f1130a463455b4e39e1f0742",
            },
            Face {
                folder: "700Bold",
                file: "NotoSerifSC_700Bold.ttf",
                sha256: "9c6a2ba736e4b499c84f65ce366bd3625c0401885fd3e585ace50fb738b96ff6",
            },
        ],
    },
];

/// The families of which a face is missing or not what it should be, byte for byte.
pub fn wrong(checkout: &Checkout) -> Vec<&'static Family> {
    let folder = folder(checkout);
    if fs::read_to_string(stamp(checkout)).is_ok_and(|known| Some(known) == fingerprint(&folder)) {
        return Vec::new();
    }
    let wrong: Vec<&Family> = FAMILIES.iter().filter(|family| !is_right(family, &folder)).collect();
    if wrong.is_empty() {
        remember(checkout);
    }
    wrong
}

/// Where the program looks for its fonts.
pub fn folder(checkout: &Checkout) -> PathBuf {
    checkout.root.join("assets/fonts")
}

/// Puts the faces of these families into `assets/fonts/`; npm has to be there.
pub fn fetch(checkout: &Checkout, families: &[&Family]) -> Result<(), Failure> {
    let folder = folder(checkout);
    let npm = find_program("npm").ok_or_else(|| Failure::unusable("缺少 / missing `npm`"))?;
    println!("  正在下载字体（npm）：{}", families.iter().map(|f| f.package).collect::<Vec<_>>().join("、"));
    let work = WorkFolder::new(checkout.scratch().join(format!("fonts-{}", std::process::id())))?;
    let mut pack = checkout.command(npm);
    pack.current_dir(&work.0).args(["pack", "--silent"]).env("NPM_CONFIG_UPDATE_NOTIFIER", "false");
    pack.args(families.iter().map(|family| format!("@expo-google-fonts/{}@{VERSION}", family.package)));
    run_quietly(&mut pack).map_err(|_| {
        Failure::unusable("无法下载字体 / cannot fetch the fonts：`npm pack` 失败")
            .hint("检查网络和 npm 的 registry 设置后再运行 / check the network and npm's registry setting")
    })?;
    fs::create_dir_all(&folder).at("创建", &folder)?;
    for family in families {
        let mut unpack = checkout.command("tar");
        unpack.current_dir(&work.0).args(["-xzf", &format!("expo-google-fonts-{}-{VERSION}.tgz", family.package)]);
        unpack.args(family.faces.iter().map(Face::path_in_package));
        run_quietly(&mut unpack)?;
        for face in &family.faces {
            let fetched = work.0.join(face.path_in_package());
            if !face.is_right(&fetched) {
                return Err(Failure::unusable(format!("下载的字体 `{}` 与登记的 SHA-256 不符", face.file))
                    .hint("下载可能已损坏，请执行 `npm cache clean --force` 后再运行"));
            }
            put(&fetched, &folder.join(face.file))?;
        }
    }
    remember(checkout);
    Ok(())
}

/// Puts a file in place whole or not at all, from whatever disk it comes.
fn put(from: &Path, to: &Path) -> Result<(), Failure> {
    let part = to.with_extension(format!("{}.part", std::process::id()));
    let placed = fs::copy(from, &part)
        .and_then(|_| fs::File::options().write(true).open(&part)?.sync_all())
        .and_then(|()| fs::rename(&part, to));
    if placed.is_err() {
        let _ = fs::remove_file(&part);
    }
    placed.at("写入", to)
}

fn is_right(family: &Family, folder: &Path) -> bool {
    let [first, second] = &family.faces;
    std::thread::scope(|scope| {
        let other = scope.spawn(|| second.is_right(&folder.join(second.file)));
        first.is_right(&folder.join(first.file)) && other.join().is_ok_and(|right| right)
    })
}

impl Face {
    fn path_in_package(&self) -> String {
        format!("package/{}/{}", self.folder, self.file)
    }

    fn is_right(&self, path: &Path) -> bool {
        fs::read(path).is_ok_and(|bytes| hex(&Sha256::digest(&bytes)) == self.sha256)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn stamp(checkout: &Checkout) -> PathBuf {
    checkout.scratch().join("fonts.stamp")
}

/// Notes that the files as they lie there are right. Without the note the next call reads 50 MB: slower, not wrong.
fn remember(checkout: &Checkout) {
    if let Some(known) = fingerprint(&folder(checkout)) {
        let _ = fs::create_dir_all(checkout.scratch()).and_then(|()| fs::write(stamp(checkout), known));
    }
}

/// Which files were verified, as the file system tells them from any others without reading them; none when one is
/// not there.
fn fingerprint(folder: &Path) -> Option<String> {
    let mut lines = String::new();
    for face in FAMILIES.iter().flat_map(|family| &family.faces) {
        let meta = fs::metadata(folder.join(face.file)).ok()?;
        writeln!(lines, "{} {} {}", face.sha256, meta.len(), changed(&meta)).ok()?;
    }
    Some(lines)
}

/// The inode's own change time: unlike the modification time it cannot be set back.
#[cfg(unix)]
fn changed(meta: &fs::Metadata) -> String {
    use std::os::unix::fs::MetadataExt;
    format!("{} {}.{:09}", meta.ino(), meta.ctime(), meta.ctime_nsec())
}

#[cfg(not(unix))]
fn changed(meta: &fs::Metadata) -> String {
    format!("{:?}", meta.modified().ok())
}

/// A folder that goes when the work is done, however it ends.
struct WorkFolder(PathBuf);

impl WorkFolder {
    fn new(path: PathBuf) -> Result<Self, Failure> {
        fs::create_dir_all(&path).at("创建", &path)?;
        Ok(Self(path))
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_one_byte_changed_is_not_right() {
        let folder = std::env::temp_dir().join(format!("dossier-fonts-test-{}", std::process::id()));
        let work = WorkFolder::new(folder).unwrap();
        let path = work.0.join("face.ttf");
        // The digest of `abc`, from the standard itself.
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let face = Face { folder: "", file: "face.ttf", sha256 };
        assert!(!face.is_right(&path), "a file that is not there is not right");
        fs::write(&path, "abc").unwrap();
        assert!(face.is_right(&path));
        fs::write(&path, "abd").unwrap();
        assert!(!face.is_right(&path));
    }
}
