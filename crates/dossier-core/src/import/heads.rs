//! Which column is meant by a head, however it was written.

use std::collections::HashMap;

use super::plan::ColumnSpec;

/// How sure it is that a head means a column; earlier is surer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Certainty {
    /// The head as printed.
    Exact,
    /// Another word for it.
    Synonym,
    /// A word that means it in a plan, but could mean anything elsewhere: `序号`, `说明`.
    Vague,
    /// The head as printed, and more: `变更内容及范围`.
    Beginning,
}

impl Certainty {
    pub(super) const ALL: [Self; 4] = [Self::Exact, Self::Synonym, Self::Vague, Self::Beginning];

    /// How much a match of this kind says for a row being a head row.
    pub(super) const fn weight(self) -> f64 {
        match self {
            Self::Exact => 1.0,
            Self::Synonym => 0.8,
            Self::Vague => 0.4,
            Self::Beginning => 0.3,
        }
    }
}

/// Finds columns by their heads.
pub(super) struct Matcher {
    words: HashMap<String, Vec<(Certainty, usize)>>,
    heads: Vec<String>,
}

impl Matcher {
    pub(super) fn new(columns: &[ColumnSpec]) -> Self {
        let mut words: HashMap<String, Vec<(Certainty, usize)>> = HashMap::new();
        let mut add = |word: &str, certainty, column| {
            let word = normalise(word);
            if !word.is_empty() {
                words.entry(word).or_default().push((certainty, column));
            }
        };
        for (index, column) in columns.iter().enumerate() {
            add(&column.head, Certainty::Exact, index);
            for synonym in &column.synonyms {
                add(synonym, Certainty::Synonym, index);
            }
            let head = normalise(&column.head);
            for known in SYNONYMS.iter().filter(|known| normalise(known.head) == head) {
                for word in known.synonyms {
                    add(word, Certainty::Synonym, index);
                }
                for word in known.vague {
                    add(word, Certainty::Vague, index);
                }
            }
        }
        for meanings in words.values_mut() {
            meanings.sort_unstable();
        }
        Self { words, heads: columns.iter().map(|column| normalise(&column.head)).collect() }
    }

    /// The column that a normalised head means with this certainty, among those that are still `free`.
    pub(super) fn find(&self, head: &str, certainty: Certainty, free: impl Fn(usize) -> bool) -> Option<usize> {
        if certainty == Certainty::Beginning {
            let begins = |word: &String| {
                let rest = head.strip_prefix(word.as_str());
                word.chars().count() >= 3 && rest.is_some_and(|rest| (1..=6).contains(&rest.chars().count()))
            };
            return (0..self.heads.len()).find(|&index| free(index) && begins(&self.heads[index]));
        }
        self.meaning(head, certainty, &free).or_else(|| {
            // `系统/应用名称`: every part that means anything must mean the same.
            let mut found = None;
            for part in head.split(['/', '|', '、', '&', '\\']).filter(|_| head.contains(['/', '|', '、', '&', '\\']))
            {
                match (found, self.meaning(part, certainty, &free)) {
                    (_, None) => {}
                    (None, meaning) => found = meaning,
                    (Some(one), Some(other)) if one != other => return None,
                    _ => {}
                }
            }
            found
        })
    }

    /// Whether this word means any column at all.
    pub(super) fn knows(&self, head: &str) -> bool {
        self.words.contains_key(head)
    }

    fn meaning(&self, head: &str, certainty: Certainty, free: &impl Fn(usize) -> bool) -> Option<usize> {
        let meanings = self.words.get(head)?;
        meanings.iter().find(|(found, column)| *found == certainty && free(*column)).map(|(_, column)| *column)
    }
}

/// A head without what does not matter: blanks and line breaks, width of letters, case, marks for required fields and
/// notes in brackets.
pub(super) fn normalise(head: &str) -> String {
    let mut plain = String::with_capacity(head.len());
    for character in head.chars() {
        let character = simplified(narrow(character));
        let is_noise = character.is_whitespace()
            || matches!(
                character,
                '*' | '※'
                    | '★'
                    | '☆'
                    | '●'
                    | '▲'
                    | '_'
                    | '-'
                    | '.'
                    | '\u{feff}'
                    | '\u{200b}'
                    | '"'
                    | '“'
                    | '”'
                    | '\''
            );
        if !is_noise {
            plain.extend(character.to_lowercase());
        }
    }
    loop {
        let trimmed = plain.trim_end_matches([':', ',', ';', '。', '、']).len();
        plain.truncate(trimmed);
        let without_note =
            [('(', ')'), ('[', ']'), ('【', '】'), ('<', '>'), ('〔', '〕')].iter().find_map(|&(open, close)| {
                let inside = plain.strip_suffix(close)?;
                inside.rfind(open).filter(|&at| at > 0)
            });
        match without_note {
            Some(end) => plain.truncate(end),
            None => return plain,
        }
    }
}

/// A full-width letter, digit or sign as its plain form.
pub(super) fn narrow(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xFEE0).unwrap_or(character),
        '\u{3000}' => ' ',
        other => other,
    }
}

/// Traditional forms of the characters that stand in heads.
fn simplified(character: char) -> char {
    const PAIRS: [(char, char); 34] = [
        ('發', '发'),
        ('佈', '布'),
        ('順', '顺'),
        ('統', '统'),
        ('稱', '称'),
        ('號', '号'),
        ('變', '变'),
        ('內', '内'),
        ('風', '风'),
        ('險', '险'),
        ('級', '级'),
        ('別', '别'),
        ('賴', '赖'),
        ('開', '开'),
        ('員', '员'),
        ('測', '测'),
        ('試', '试'),
        ('說', '说'),
        ('應', '应'),
        ('對', '对'),
        ('項', '项'),
        ('應', '应'),
        ('責', '责'),
        ('負', '负'),
        ('數', '数'),
        ('據', '据'),
        ('結', '结'),
        ('構', '构'),
        ('腳', '脚'),
        ('語', '语'),
        ('關', '关'),
        ('係', '系'),
        ('產', '产'),
        ('編', '编'),
    ];
    PAIRS.iter().find(|(traditional, _)| *traditional == character).map_or(character, |(_, simple)| *simple)
}

/// Other words for the columns of a plan table.
struct Known {
    head: &'static str,
    synonyms: &'static [&'static str],
    vague: &'static [&'static str],
}

#[rustfmt::skip]
const SYNONYMS: [Known; 14] = [
    Known {
        head: "发布顺序",
        synonyms: &[
            "顺序", "上线顺序", "执行顺序", "部署顺序", "升级顺序", "投产顺序", "发版顺序", "发布次序", "上线次序", "发布序号",
            "上线序号", "顺序号", "Release Order", "Order", "Sequence", "Deploy Order", "Deployment Order", "Release Sequence",
        ],
        vague: &["序号", "序", "编号", "次序", "No", "Seq", "#", "№", "批次"],
    },
    Known {
        head: "系统名称",
        synonyms: &[
            "系统", "系统名", "应用名称", "应用", "应用名", "应用系统", "应用系统名称", "项目", "项目名称", "项目名", "产品", "产品名称",
            "服务", "服务名称", "服务名", "模块", "模块名称", "模块名", "子系统", "子系统名称", "发布系统", "上线系统", "升级系统", "所属系统",
            "业务系统", "组件", "组件名称", "工程", "工程名称", "发布系统名称", "涉及系统", "系统模块", "System", "System Name",
            "Application", "Application Name", "App", "App Name", "Service", "Service Name", "Product", "Component", "Module",
        ],
        vague: &["名称", "Name", "Project"],
    },
    Known {
        head: "版本号",
        synonyms: &[
            "版本", "发布版本", "发布版本号", "版本编号", "目标版本", "目标版本号", "上线版本", "上线版本号", "新版本", "新版本号", "应用版本",
            "应用版本号", "系统版本", "系统版本号", "软件版本", "软件版本号", "升级版本", "升级版本号", "程序版本", "制品版本", "本次版本",
            "本次版本号", "Version", "Version No", "Version Number", "Release Version", "Ver", "Target Version",
        ],
        vague: &["Tag"],
    },
    Known {
        head: "变更内容",
        synonyms: &[
            "变更说明", "变更描述", "变更点", "变更项", "变更事项", "变更明细", "变更详情", "变更", "主要变更", "更新内容", "更新说明", "更新描述",
            "发布内容", "发布说明", "发布功能", "上线内容", "上线说明", "上线功能", "升级内容", "升级说明", "功能说明", "功能描述", "功能点",
            "功能内容", "内容说明", "内容描述", "需求内容", "需求描述", "修改内容", "修改说明", "改动内容", "改动说明", "版本内容", "版本说明",
            "Changes", "Change", "Change Description", "Change Content", "Change Log", "Change Details", "Change Summary",
            "Release Notes", "Release Content", "Description of Change", "Description of Changes",
        ],
        vague: &["内容", "说明", "描述", "Description", "Content", "Summary"],
    },
    Known {
        head: "风险等级",
        synonyms: &["风险级别", "风险程度", "风险等级评估", "风险评级", "风险度", "Risk Level", "Risk Grade", "Risk Rating", "Risk Class"],
        vague: &["风险", "等级", "级别", "Risk", "Level"],
    },
    Known {
        head: "风险描述",
        synonyms: &[
            "风险说明", "风险点", "风险点描述", "风险内容", "风险分析", "风险详情", "风险评估", "可能风险", "潜在风险", "主要风险", "风险项",
            "风险影响", "风险点说明", "Risk Description", "Risk Detail", "Risk Details", "Risk Analysis", "Risk Statement",
        ],
        // Beside a column of levels, `风险` is what the risk is.
        vague: &["风险", "Risk", "Risks"],
    },
    Known {
        head: "风险控制",
        synonyms: &[
            "控制措施", "风险应对", "应对措施", "风险应对措施", "风险控制措施", "风险措施", "规避措施", "风险规避", "风险规避措施", "风险对策",
            "应对方案", "风险应对方案", "风险缓解", "风险缓解措施", "缓解措施", "风险预案", "风险处置", "风险处置措施", "风险防控", "防控措施",
            "风险控制方案", "风险防范", "防范措施", "风险防范措施", "Risk Control", "Risk Controls", "Risk Mitigation", "Mitigation",
            "Mitigations", "Countermeasure", "Countermeasures", "Risk Response", "Control Measures",
        ],
        vague: &["控制", "措施", "对策", "预案", "应对", "Control"],
    },
    Known {
        head: "发布依赖",
        synonyms: &[
            "依赖", "依赖系统", "依赖关系", "依赖项", "依赖服务", "依赖应用", "依赖说明", "前置依赖", "上线依赖", "系统依赖", "外部依赖", "关联系统",
            "前置系统", "依赖内容", "依赖情况", "Dependency", "Dependencies", "Depends On", "Release Dependency",
            "Release Dependencies", "Release Dependence", "Dependent Systems",
        ],
        vague: &["前置条件", "前置"],
    },
    Known {
        head: "配置更新",
        synonyms: &[
            "配置变更", "配置", "配置修改", "配置更改", "配置调整", "配置项", "配置项变更", "配置项更新", "配置项修改", "配置内容", "配置说明",
            "配置文件", "配置文件变更", "配置文件更新", "参数变更", "参数配置", "配置信息", "Config", "Configuration", "Config Change",
            "Config Changes", "Config Update", "Config Updates", "Configuration Change", "Configuration Changes",
            "Configuration Update", "Configuration Updates",
        ],
        vague: &["参数"],
    },
    Known {
        head: "DDL",
        synonyms: &[
            "DDL脚本", "DDL语句", "DDL变更", "DDL文件", "DDL SQL", "SQL DDL", "数据库DDL", "DDL更新", "DDL操作", "DDL内容", "表结构变更",
            "表结构脚本", "表结构", "结构变更", "结构脚本", "数据库结构变更", "建表语句", "建表脚本", "库表变更", "库表结构变更", "DDL Script",
            "DDL Scripts", "DDL Statement", "DDL Statements", "DDL Changes", "Schema Change", "Schema Changes",
        ],
        vague: &["Schema"],
    },
    Known {
        head: "DML",
        synonyms: &[
            "DML脚本", "DML语句", "DML变更", "DML文件", "DML SQL", "SQL DML", "数据库DML", "DML更新", "DML操作", "DML内容", "数据变更",
            "数据脚本", "数据订正", "数据更新", "数据修改", "数据初始化", "初始化数据", "初始化脚本", "数据变更脚本", "DML Script",
            "DML Scripts", "DML Statement", "DML Statements", "DML Changes", "Data Change", "Data Changes",
        ],
        vague: &[],
    },
    Known {
        head: "发布分支",
        synonyms: &[
            "分支", "代码分支", "Git分支", "SVN分支", "GitLab分支", "上线分支", "部署分支", "版本分支", "源码分支", "发版分支", "分支名称", "分支名",
            "代码分支名", "代码分支名称", "发布分支名", "发布分支名称", "Branch", "Release Branch", "Git Branch", "Code Branch", "Branch Name",
        ],
        vague: &[],
    },
    Known {
        head: "开发人员",
        synonyms: &[
            "开发", "开发者", "开发人", "开发负责人", "开发责任人", "开发工程师", "研发", "研发人员", "研发负责人", "研发责任人", "研发工程师", "开发联系人",
            "开发同学", "程序员", "主开发", "开发人员姓名", "Developer", "Developers", "Dev", "Dev Owner", "Developed By", "Development",
        ],
        vague: &["RD"],
    },
    Known {
        head: "测试人员",
        synonyms: &[
            "测试", "测试者", "测试人", "测试负责人", "测试责任人", "测试工程师", "测试联系人", "测试同学", "测试人员姓名", "验证人员", "QA", "QA Owner",
            "Tester", "Testers", "Tested By", "Test Owner", "Testing",
        ],
        vague: &["Test"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_compared_without_what_does_not_matter() {
        for (written, plain) in [
            (" 发布\n顺序 ", "发布顺序"),
            ("ＤＤＬ", "ddl"),
            ("*系统名称（必填）：", "系统名称"),
            ("版本号(如 V1.0) *", "版本号"),
            ("風險等級【高/中/低】", "风险等级"),
            ("Release Branch", "releasebranch"),
            ("（备注）", "(备注)"),
        ] {
            assert_eq!(normalise(written), plain);
        }
    }

    #[test]
    fn no_synonym_means_two_columns() {
        let columns = ColumnSpec::plan();
        let matcher = Matcher::new(&columns);
        for (word, meanings) in &matcher.words {
            let sure = meanings.iter().filter(|(certainty, _)| *certainty < Certainty::Vague);
            assert!(sure.count() <= 1, "{word} means several columns");
        }
    }
}
