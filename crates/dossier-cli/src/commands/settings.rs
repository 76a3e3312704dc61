use std::process::ExitCode;

use dossier_core::settings::{CopyrightYear, Logo, Settings};
use dossier_core::{Result, files};
use serde_json::{Value, json};

use super::{World, input};
use crate::args::SettingsAction;
use crate::output;

pub fn run(world: &World, action: SettingsAction) -> Result<ExitCode> {
    let mut workspace = world.workspace()?;
    match action {
        SettingsAction::Show => {
            let settings = workspace.settings()?;
            if world.json { output::json(&settings) } else { show(&settings) }
        }
        SettingsAction::Set { from, logo } => {
            let mut changes = match from {
                Some(path) => input::json(&path)?,
                None => json!({}),
            };
            if let Some(path) = logo {
                let logo = Logo::new(files::read(&path, files::TEXT_LIMIT)?)?;
                if let Some(changes) = changes.as_object_mut() {
                    let organisation = changes.entry("organisation").or_insert_with(|| json!({}));
                    if let Value::Object(organisation) = organisation {
                        organisation.insert("logo".into(), logo.to_data_url().into());
                    }
                }
            }
            let settings = workspace.change_settings(&changes)?;
            if world.json { output::json(&settings) } else { output::line("设置已保存") }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn show(settings: &Settings) {
    let organisation = &settings.organisation;
    output::line(format!("单位名称：{}", organisation.name));
    output::line(match &organisation.logo {
        Some(logo) => format!("单位标志：{:?}，{} × {} 像素", logo.format(), logo.width(), logo.height()),
        None => "单位标志：".into(),
    });
    output::line(match organisation.copyright_year {
        CopyrightYear::Document => "版权年份：文档的年份".into(),
        CopyrightYear::Fixed(year) => format!("版权年份：{year}"),
        CopyrightYear::Since(year) => format!("版权年份：{year} 年起"),
    });
    output::line(format!("部门：{}", settings.departments.join("、")));
    for person in &settings.people {
        let about: Vec<&str> =
            [person.department.as_str(), person.phone.as_str()].into_iter().filter(|text| !text.is_empty()).collect();
        match about.is_empty() {
            true => output::line(format!("人员：{}", person.name)),
            false => output::line(format!("人员：{}（{}）", person.name, about.join("，"))),
        }
    }
    let documents = &settings.documents;
    output::line(format!("密级：{}", documents.classification));
    output::line(format!("受控状态：{}", documents.control_state));
    for (template, number) in &documents.form_numbers {
        output::line(format!("表单编号：{template} {number}"));
    }
    for (template, front) in &documents.front_matter {
        output::line(format!("封面和文档信息：{template} {}", if *front { "印" } else { "不印" }));
    }
    for (template, retention) in &documents.retention {
        output::line(format!("保管期限：{template} {}", retention.label()));
    }
    let word = |yes: bool| if yes { "是" } else { "否" };
    output::line(format!("双面打印：{}", word(settings.print.duplex)));
    output::line(format!("装订线：{}", word(settings.print.binding_line)));
}
