//! The policies that come with the program, read from their files.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Chain, DEFAULT, Policy};
use crate::template::Condition;
use crate::{Code, Error, Result, files};

/// Folder of policies among the templates.
const FOLDER: &str = "policies";

/// All policies.
#[derive(Debug)]
pub(crate) struct Policies {
    all: BTreeMap<String, Policy>,
}

/// A policy as settings offer it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PolicyInfo {
    pub id: String,
    /// 产品发布管理规范
    pub name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: String,
    name: String,
    version: String,
    order: usize,
    /// Takes over the chains of this policy for forms of which it has none itself, and those signed after approval.
    extends: Option<String>,
    chains: Vec<Chain>,
}

impl Policies {
    /// Reads `<templates>/policies/*.toml`.
    ///
    /// # Errors
    /// There is none, or one cannot be used.
    pub fn open(templates: &Path) -> Result<Self> {
        let folder = templates.join(FOLDER);
        let mut read = BTreeMap::new();
        let paths = if folder.is_dir() { files::list(&folder)? } else { Vec::new() };
        for path in paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "toml")) {
            let file = File::read(path)?;
            read.insert(file.id.clone(), file);
        }
        if !read.contains_key(DEFAULT) {
            return Err(Error::new(
                Code::Installation,
                format!("找不到审批制度 `{DEFAULT}`：`{}`", files::display(&folder)),
            )
            .hint("请重新安装本程序"));
        }
        let all = read.values().map(|file| (file.id.clone(), file.policy(&read)));
        Ok(Self { all: all.collect() })
    }

    /// The policy of an id; where there is none of it, the usual one.
    pub fn get(&self, id: &str) -> &Policy {
        self.all.get(id).or_else(|| self.all.get(DEFAULT)).expect("the usual policy was found on opening")
    }

    /// What settings offer.
    pub fn infos(&self) -> Vec<PolicyInfo> {
        let mut all: Vec<&Policy> = self.all.values().collect();
        all.sort_by_key(|policy| policy.order);
        all.into_iter().map(|policy| PolicyInfo { id: policy.id.clone(), name: policy.name.clone() }).collect()
    }
}

impl File {
    fn read(path: &Path) -> Result<Self> {
        let text = files::read_text(path, files::JSON_LIMIT)?;
        let wrong = |why: String| {
            Error::new(Code::Installation, format!("审批制度 `{}` 不能使用：{why}", files::display(path)))
                .hint("写法见 templates/README.md")
        };
        let file: Self = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        for chain in &file.chains {
            if chain.steps.is_empty() {
                return Err(wrong(format!("“{}”没有环节", chain.name)));
            }
            if let Some(Err(why)) = chain.when.as_deref().map(Condition::parse) {
                return Err(wrong(format!("“{}”：{why}", chain.name)));
            }
            if let Some(step) = chain.steps.iter().find(|step| step.row.is_some() == step.field.is_some()) {
                return Err(wrong(format!("“{}”的“{}”要写明 row 或 field 中的一个", chain.name, step.verb)));
            }
        }
        Ok(file)
    }

    fn policy(&self, others: &BTreeMap<String, Self>) -> Policy {
        let mut chains = self.chains.clone();
        let inherited = self.extends.as_ref().and_then(|id| others.get(id)).into_iter().flat_map(|file| &file.chains);
        let is_own = |chain: &&Chain| {
            let same = |own: &Chain| own.template == chain.template && own.after_approval == chain.after_approval;
            self.chains.iter().any(same)
        };
        chains.extend(inherited.filter(|chain| !is_own(chain)).cloned());
        Policy {
            id: self.id.clone(),
            name: self.name.clone(),
            version: self.version.clone(),
            order: self.order,
            chains,
        }
    }
}
