//! Files that people hand over.

use std::path::Path;

use dossier_core::{Code, Error, Result, files};
use serde_json::{Map, Value};

/// JSON from a file, or from the standard input for `-`.
pub fn json(path: &Path) -> Result<Value> {
    let (name, text) = if path == Path::new("-") {
        let name = "标准输入".to_owned();
        let text = files::text(files::read_standard_input(files::JSON_LIMIT)?, &name)?;
        (name, text)
    } else {
        (files::display(path), files::read_text(path, files::JSON_LIMIT)?)
    };
    serde_json::from_str(&text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Error::new(Code::BadRequest, format!("`{name}` 不是有效的 JSON：第 {line} 行第 {column} 列"))
            .hint(format!("请检查该处的括号、引号和逗号（{error}）"))
    })
}

/// Content: a JSON object, fields by their ids.
pub fn content(path: &Path) -> Result<Map<String, Value>> {
    match json(path)? {
        Value::Object(map) => Ok(map),
        _ => Err(Error::new(Code::BadRequest, format!("`{}` 中的内容不是 JSON 对象", files::display(path)))
            .hint("内容应写作 {\"字段\": 值, …}；可用 `dossier template sample 模板` 查看示例")),
    }
}
