//! Policies: who signs what, in which order. One organisation's rules, as data: `templates/policies/<id>.toml`.
//!
//! The source documents differ on purpose: five departments one after the other (产品发布管理规范 4.1.2), one approver by
//! the type of the release (发布管理制度 表4-1), short cuts for hotfixes and emergencies (生产环境部署管理规范). Which of them
//! holds is a setting; what held when a revision was submitted is frozen with it.

mod seat;
mod shelf;

use serde::{Deserialize, Serialize};

use crate::document::{Applies, Values};
use crate::template::{Condition, Template};

pub(crate) use seat::{Opinions, Seat, adapt, seats};
pub(crate) use shelf::Policies;
pub use shelf::PolicyInfo;

/// Holds unless the settings name another one.
pub const DEFAULT: &str = "release-rules";

/// The approval chains of one organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Policy {
    pub id: String,
    pub name: String,
    pub version: String,
    pub order: usize,
    pub chains: Vec<Chain>,
}

/// Steps of approval in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chain {
    pub id: String,
    /// 五部门审批
    pub name: String,
    /// Documents of this form.
    pub template: String,
    /// Of them those for which this holds; a condition of the template language on fields of the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Signed on the approved revision, not to approve it (预发布验证).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub after_approval: bool,
    /// No step waits for another.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub any_order: bool,
    /// What a short cut leaves to be done: 事后补充文档.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub afterwards: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
    pub steps: Vec<Step>,
}

/// One step of a chain: who, with which verb, and where on the paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    /// 测试部
    pub role: String,
    /// 确认测试通过
    pub verb: String,
    /// A row of this sign-off table; the steps of a table take its rows in their order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<String>,
    /// Signed by whoever wrote the document: 编制.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub author: bool,
    /// This signature field, dated by the field `…_date`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl Policy {
    /// The chains by which a document may be approved; where there are several, whoever submits it chooses.
    pub fn approvals<'a>(&'a self, template: &Template, values: &Values<'_>) -> Vec<&'a Chain> {
        self.of(template, values).filter(|chain| !chain.after_approval).collect()
    }

    /// The chains that are signed on the approved revision.
    pub fn afterwards<'a>(&'a self, template: &Template, values: &Values<'_>) -> Vec<&'a Chain> {
        self.of(template, values).filter(|chain| chain.after_approval).collect()
    }

    fn of<'a>(&'a self, template: &Template, values: &Values<'_>) -> impl Iterator<Item = &'a Chain> {
        let fits = |chain: &&Chain| chain.template == template.id && chain.fits(values);
        self.chains.iter().filter(fits).collect::<Vec<_>>().into_iter()
    }
}

impl Chain {
    fn fits(&self, values: &Values<'_>) -> bool {
        let condition = self.when.as_deref().map(Condition::parse);
        condition.is_none_or(|condition| condition.is_ok_and(|condition| values.applies(&condition) == Applies::Yes))
    }
}
