//! The sample dossier: every template filled from its own `sample.json`, as paper and as a sheet.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::checkout::{Checkout, run};
use crate::failure::{AtPath, Failure};
use crate::steps::step;

/// A template that comes with a filled example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The folder's name, which is the template's id.
    pub id: String,
    pub title: String,
    pub content: PathBuf,
}

/// One document of the sample dossier as it lies in `out/`.
#[derive(Debug)]
pub struct Exported {
    pub sample: Sample,
    /// As it is: a draft.
    pub pdf: PathBuf,
    /// The sheet to sign.
    pub to_sign: PathBuf,
    pub xlsx: PathBuf,
}

/// Builds the terminal program as it is shipped and says where it lies.
pub fn build_dossier(checkout: &Checkout) -> Result<PathBuf, Failure> {
    step("构建 dossier", || run(&mut checkout.cargo(["build", "--release", "--package", "dossier-cli"])))?;
    Ok(checkout.target.join("release").join(format!("dossier{}", std::env::consts::EXE_SUFFIX)))
}

/// Exports the samples to `out/`, PDF and XLSX.
pub fn export(checkout: &Checkout, dossier: &Path, samples: Vec<Sample>) -> Result<Vec<Exported>, Failure> {
    let out = checkout.root.join("out");
    fs::create_dir_all(&out).at("创建", &out)?;
    let names = file_names(&samples);
    step("导出样例卷宗", || {
        let mut exported = Vec::with_capacity(samples.len());
        for (sample, name) in samples.into_iter().zip(names) {
            let pdf = out.join(format!("{name}.pdf"));
            let xlsx = out.join(format!("{name}.xlsx"));
            render(checkout, dossier, &sample, &pdf, &[])?;
            render(checkout, dossier, &sample, &xlsx, &[])?;
            for (use_of, options) in FURTHER_PAPERS {
                render(checkout, dossier, &sample, &out.join(format!("{name}（{use_of}）.pdf")), options)?;
            }
            let to_sign = out.join(format!("{name}（{TO_SIGN}）.pdf"));
            exported.push(Exported { sample, pdf, to_sign, xlsx });
        }
        Ok(exported)
    })
}

const TO_SIGN: &str = "供签署";

/// What else is printed of a document, beside its draft.
const FURTHER_PAPERS: [(&str, &[&str]); 2] = [(TO_SIGN, &["--for-signing"]), ("空白", &["--blank"])];

/// One call of `dossier render`, without a data folder. The sample organisation's settings lie beside the templates.
fn render(checkout: &Checkout, dossier: &Path, sample: &Sample, to: &Path, options: &[&str]) -> Result<(), Failure> {
    let mut command = checkout.command(dossier);
    command.args(["render", &sample.id, "--from"]).arg(&sample.content).arg("--to").arg(to).args(options);
    let settings = checkout.root.join("templates/sample-settings.json");
    if settings.is_file() {
        command.arg("--settings").arg(settings);
    }
    run(&mut command)?;
    // A program that says it is done and wrote nothing would otherwise be announced as a success.
    if to.is_file() { Ok(()) } else { Err(Failure::failed(format!("没有生成 `{}`", checkout.shown(to)))) }
}

/// Says what lies where.
pub fn announce(checkout: &Checkout, exported: &[Exported]) {
    println!("\n样例卷宗（{} 份文档）已导出到 {}：", exported.len(), checkout.root.join("out").display());
    for Exported { sample, pdf, xlsx, .. } in exported {
        println!("  《{}》  {}  {}", sample.title, checkout.shown(pdf), checkout.shown(xlsx));
    }
    let uses = FURTHER_PAPERS.map(|(use_of, _)| format!("“（{use_of}）”"));
    println!("  名称带{}的是同一份文档的另外两种打印。", uses.join("、"));
}

/// The templates that have a `template.toml` and a `sample.json`, by id; at least one.
pub fn find(checkout: &Checkout) -> Result<Vec<Sample>, Failure> {
    let templates = &checkout.root.join("templates");
    let mut samples = Vec::new();
    for entry in fs::read_dir(templates).at("读取", templates)? {
        let folder = entry.at("读取", templates)?.path();
        let content = folder.join("sample.json");
        let Ok(template) = fs::read_to_string(folder.join("template.toml")) else { continue };
        if !content.is_file() {
            continue;
        }
        let id = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let title = title(&template).unwrap_or_else(|| id.clone());
        samples.push(Sample { id, title, content });
    }
    if samples.is_empty() {
        return Err(Failure::failed(format!("`{}` 里没有带 sample.json 的模板", templates.display())));
    }
    samples.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(samples)
}

/// The title in the head of a template, before its first table.
///
/// Only to name a file: the program itself parses and judges the template.
fn title(template: &str) -> Option<String> {
    let head = template.lines().map(str::trim).take_while(|line| !line.starts_with('['));
    let value = head.filter_map(|line| line.split_once('=')).find(|(key, _)| key.trim() == "title")?.1;
    let (_, text) = value.split_once('"')?;
    let (title, _) = text.split_once('"')?;
    (!title.trim().is_empty()).then(|| title.trim().to_owned())
}

/// A file name for each sample: its title, and its id where two titles are the same.
fn file_names(samples: &[Sample]) -> Vec<String> {
    let names: Vec<String> = samples.iter().map(|sample| as_file_name(&sample.title)).collect();
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for name in &names {
        *uses.entry(name).or_default() += 1;
    }
    let named = samples.iter().zip(&names);
    named
        .map(|(sample, name)| if uses[name.as_str()] > 1 { format!("{name}-{}", sample.id) } else { name.clone() })
        .collect()
}

/// Without the characters that one of the three systems refuses in a file name.
fn as_file_name(title: &str) -> String {
    title.chars().map(|c| if r#"/\:*?"<>|"#.contains(c) || c.is_control() { '_' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(id: &str, title: &str) -> Sample {
        Sample { id: id.into(), title: title.into(), content: PathBuf::new() }
    }

    #[test]
    fn the_title_is_the_one_in_the_head() {
        let template = "id = \"plan\"\ntitle  = \"发布计划\"   # 见 001\n[fields.title]\ntitle = \"错\"\n";
        assert_eq!(title(template).as_deref(), Some("发布计划"));
        assert_eq!(title("[fields.a]\ntitle = \"错\""), None, "a field's title is not the template's");
    }

    #[test]
    fn no_two_documents_share_a_file_and_no_system_refuses_its_name() {
        let samples = [sample("a", "发布计划"), sample("b", "发布计划"), sample("c", "研发/测试")];
        assert_eq!(file_names(&samples), ["发布计划-a", "发布计划-b", "研发_测试"]);
    }

    #[cfg(unix)]
    #[test]
    fn every_sample_is_rendered_as_paper_and_as_a_sheet() {
        use std::os::unix::fs::PermissionsExt;
        let root = std::env::temp_dir().join(format!("dossier-samples-test-{}", std::process::id()));
        for id in ["release-plan", "release-summary", "policies"] {
            fs::create_dir_all(root.join("templates").join(id)).unwrap();
        }
        for (id, title) in [("release-plan", "发布计划"), ("release-summary", "产品发布总结报告")] {
            let folder = root.join("templates").join(id);
            fs::write(folder.join("template.toml"), format!("title = \"{title}\"\n")).unwrap();
            fs::write(folder.join("sample.json"), "{}").unwrap();
        }
        let fake = root.join("dossier");
        fs::write(&fake, "#!/bin/sh\n[ \"$1 $3 $5\" = 'render --from --to' ] && cat \"$4\" >\"$6\"\n").unwrap();
        fs::set_permissions(&fake, fs::Permissions::from_mode(0o755)).unwrap();

        let checkout = Checkout { root: root.clone(), target: root.join("target") };
        let exported = export(&checkout, &fake, find(&checkout).unwrap()).unwrap();
        let files: Vec<String> = exported
            .iter()
            .flat_map(|document| [&document.pdf, &document.xlsx])
            .map(|file| checkout.shown(file).to_string())
            .collect();
        let expected =
            ["out/发布计划.pdf", "out/发布计划.xlsx", "out/产品发布总结报告.pdf", "out/产品发布总结报告.xlsx"];
        assert_eq!(files, expected, "the folder of policies is no document");

        fs::write(&fake, "#!/bin/sh\nexit 0\n").unwrap();
        fs::remove_dir_all(root.join("out")).unwrap();
        let failure = export(&checkout, &fake, find(&checkout).unwrap()).unwrap_err().to_string();
        assert!(failure.contains("没有生成 `out/发布计划.pdf`"), "nothing written is no success: {failure}");
        fs::remove_dir_all(&root).unwrap();
    }
}
