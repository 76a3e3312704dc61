//! What an administrator wants to know of a data folder that cannot be opened, as a text without anybody's content.

use super::times::{of_file, wire};
use super::{Backups, size};
use crate::storage::backup::inspect_copy;
use crate::{Error, files};

impl Backups<'_> {
    /// The fault, the files with their sizes and times, and what each copy is worth.
    pub fn diagnosis(&self, error: &Error) -> String {
        let mut lines = vec![
            format!("发布卷宗 {}，{}", env!("CARGO_PKG_VERSION"), wire(self.now())),
            String::new(),
            format!("没有打开：{}", error.message),
        ];
        lines.extend(error.hint.iter().map(|hint| format!("提示：{hint}")));
        lines.extend(error.issues.iter().map(|issue| format!("  {}：{}", issue.path, issue.message)));
        lines.push(String::new());
        lines.push(format!("数据文件夹 {}", files::display(&self.data)));
        for path in files::list(&self.data).unwrap_or_default() {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let written = files::modified(&path).and_then(|at| of_file(at, self.environment));
            let written = written.map(wire).unwrap_or_default();
            lines.push(match path.is_dir() {
                true => format!("  {written}  {name}，文件夹"),
                false => format!("  {written}  {name}，{} 字节", size(&path)),
            });
        }
        lines.push(String::new());
        lines.push("备份，逐一打开核对".into());
        for listed in self.list() {
            let found = match inspect_copy(&listed.path) {
                Ok(holds) => self.describe_copy(&listed.source, &listed.path, &holds).holds,
                Err(error) => error.message,
            };
            lines.push(format!("  {}，{} 字节：{found}", files::display(&listed.path), listed.bytes));
        }
        lines.push(String::new());
        lines.join("\n")
    }
}
