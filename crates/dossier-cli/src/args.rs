//! What can be typed after `dossier`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Args, Command, CommandFactory, FromArgMatches, Parser, Subcommand};
use dossier_core::{Code, Error};

/// 发布卷宗：把发布文档写成受控的纸面文件
#[derive(Debug, Parser)]
#[command(name = "dossier", version, after_help = "退出码：0 完成；1 内容有问题（全部列出）；2 命令或文件不能使用")]
pub struct Cli {
    /// 数据文件夹（默认用系统给本程序的位置）
    #[arg(long, value_name = "文件夹", global = true)]
    pub data: Option<PathBuf>,
    /// 以 JSON 输出结果和错误
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Action,
}

#[derive(Debug, Subcommand)]
pub enum Action {
    /// 模板：列出、查看、检查、示例
    #[command(subcommand)]
    Template(TemplateAction),
    /// 新建一份文档，输出其编号
    New(New),
    /// 列出文档，最近改动的在前
    List(List),
    /// 查看文档的内容
    Show(Document),
    /// 填写文档：合并内容；不认识或类型不符的字段一律拒绝，并全部列出
    Fill(Fill),
    /// 逐处更改文档，整次改动算一步
    Edit(Edit),
    /// 撤销上一步改动
    Undo(Document),
    /// 重做刚撤销的一步
    Redo(Document),
    /// 文档的改动历史，最近的在前
    History(Document),
    /// 文档的表单和填写情况，供程序读取（JSON）
    Form(Document),
    /// 检查文档，列出每一处问题
    Check(Document),
    /// 从 Excel、ODS 或 CSV 导入一张表
    Import(Import),
    /// 导出文档为 PDF、XLSX 或 JSON
    Export(Export),
    /// 不用数据文件夹，直接由内容生成文件
    Render(Render),
    /// 发布（卷宗）：列出、新建、查看、添加文档、删除、载入示例
    #[command(subcommand)]
    Release(ReleaseAction),
    /// 提交审批：冻结为一个版本，给出正式编号
    Submit(Submit),
    /// 文档的审批情况：各版本、各环节、签字、校验码
    Approval(Document),
    /// 登记一个签字
    Sign(Sign),
    /// 更正：说明登记错了什么（原记录不变）
    Correct(Correct),
    /// 撤回审批中的版本，转为下一版的草稿
    Withdraw(WithReason),
    /// 生效：已批准的版本成为受控（现行）
    Control(Control),
    /// 作废一个版本
    Void(Void),
    /// 以现有内容建立下一版的草稿
    Revise(Revise),
    /// 放弃下一版的草稿，回到有效的版本
    Discard(Document),
    /// 打印已提交的版本（记录打印；同一版本的字节不变）
    Print(Print),
    /// 修订对照：两个版本的不同之处
    Compare(Compare),
    /// 用纸上的校验码核对：存储的版本是否就是打印的那一份
    VerifyPrint(VerifyPrint),
    /// 受控副本：分发、签收、回收
    #[command(subcommand)]
    Copy(CopyAction),
    /// 扫描件：归档、列出、手工归位、取回
    #[command(subcommand)]
    Scan(ScanAction),
    /// 正式编号：下一个、作废、登记纸上已用的
    #[command(subcommand)]
    Number(NumberAction),
    /// 台账：受控文件清单、作废号登记、分发回收记录、发布台账、到期清单
    Register(Register),
    /// 审计记录：核对、查看
    #[command(subcommand)]
    Audit(AuditAction),
    /// 关于：版本、数据文件夹、数量和许可
    About,
    /// 设置：单位、部门、人员和打印
    #[command(subcommand)]
    Settings(SettingsAction),
    /// 备份：立即备份、列出、核对、先看看、恢复、第二个文件夹
    #[command(subcommand)]
    Backup(BackupAction),
    /// 加入附录：截图、问题跟踪表、会议纪要等文件，随文档归档
    Attach(Attach),
    /// 合订本：一次发布的总结报告和附录 1–4 合成一个 PDF，有目录和书签
    Volume(Volume),
    /// 归档：按年度、发布或查找的词打成一个归档包；先检查是否齐全
    Archive(Archive),
    /// 校验归档包：是否完好，是损坏还是被改动；不需要数据文件夹
    Verify(Verify),
    /// 从归档包恢复卷宗；已有的不改，缺的补上
    Restore(Restore),
    /// 电脑之间：移交、接收、收回、选定、借号
    #[command(subcommand)]
    Exchange(ExchangeAction),
}

#[derive(Debug, Subcommand)]
pub enum ExchangeAction {
    /// 移交：草稿交给别人改（这里随即只读），或提交文控；已提交的文档连同各版本一起交回
    Send(Send),
    /// 接收移交包：先核对，再逐份收下；同一个包收两次与一次相同
    Receive {
        /// 移交包
        #[arg(value_name = "移交包")]
        package: PathBuf,
        /// 与发出的人核对过的移交校验码
        #[arg(long, value_name = "校验码")]
        anchor: Option<String>,
    },
    /// 收回移交出去的草稿，在这里接着改
    TakeBack(Document),
    /// 移交出去的草稿、等待选定的另一版本、隔离的版本、借出借入的编号
    Status,
    /// 两边都改过的草稿：逐处列出不同
    Conflicts {
        /// 文档编号，如 `D0001`；不写则全部
        #[arg(value_name = "文档")]
        document: Option<String>,
    },
    /// 选定：逐项取对方的或留这里的，作为一步改动写入
    Choose(Choose),
    /// 借出一批编号，只供一台电脑使用
    Lease(Lease),
}

#[derive(Debug, Args)]
pub struct Send {
    /// 文档编号，如 `D0001`；可写几份
    #[arg(value_name = "文档")]
    pub documents: Vec<String>,
    /// 交给谁
    #[arg(long, value_name = "姓名")]
    pub to: String,
    /// 移交包的文件名，以 .zip 结尾；不写则放在当前文件夹
    #[arg(long, value_name = "文件")]
    pub file: Option<PathBuf>,
    /// 草稿交给文控提交，编号在那里给出
    #[arg(long)]
    pub submit: bool,
    /// 提交时走哪个审批流程
    #[arg(long, value_name = "流程", requires = "submit")]
    pub chain: Option<String>,
    /// 变更说明，从第二版起必填
    #[arg(long, value_name = "文字", requires = "submit")]
    pub change: Option<String>,
    /// 交还没有用的借号
    #[arg(long)]
    pub return_numbers: bool,
}

#[derive(Debug, Args)]
pub struct Choose {
    /// 文档编号，如 `D0001`
    #[arg(value_name = "文档")]
    pub document: String,
    /// 取对方的字段（名称或标签）；可写多次
    #[arg(long, value_name = "字段", num_args = 1..)]
    pub take: Vec<String>,
    /// 留这里的字段（名称或标签）；可写多次
    #[arg(long, value_name = "字段", num_args = 1..)]
    pub keep: Vec<String>,
    /// 其余的都取对方的
    #[arg(long, conflicts_with = "keep_all")]
    pub take_all: bool,
    /// 其余的都留这里的
    #[arg(long)]
    pub keep_all: bool,
}

#[derive(Debug, Args)]
pub struct Lease {
    #[command(flatten)]
    pub template: TemplateName,
    /// 几个
    #[arg(value_name = "个数")]
    pub count: u32,
    /// 借给谁
    #[arg(long, value_name = "姓名")]
    pub to: String,
    /// 那台电脑的代码（在那里用 `exchange status` 查看）；从那里收到过移交包的不用写
    #[arg(long, value_name = "代码")]
    pub code: Option<String>,
    /// 移交包的文件名，以 .zip 结尾；不写则放在当前文件夹
    #[arg(long, value_name = "文件")]
    pub file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Attach {
    /// 文档编号，如 D0004
    #[arg(value_name = "文档")]
    pub document: String,
    /// 要加入的文件
    #[arg(value_name = "文件")]
    pub file: PathBuf,
    /// 第几个附录：1 申请表复印件，2 关键节点记录及截图，3 问题跟踪表，4 会议纪要
    #[arg(long, value_name = "序号")]
    pub appendix: u8,
}

#[derive(Debug, Args)]
pub struct Volume {
    /// 发布的编号或名称
    #[arg(value_name = "发布")]
    pub release: String,
    /// 写到哪个文件，以 .pdf 结尾
    #[arg(long, value_name = "文件")]
    pub to: PathBuf,
}

#[derive(Debug, Args)]
pub struct Archive {
    /// 年度
    #[arg(long, value_name = "年")]
    pub year: Option<i32>,
    /// 发布的编号或名称
    #[arg(long, value_name = "发布")]
    pub release: Option<String>,
    /// 查找的词，都要出现
    #[arg(long, value_name = "词")]
    pub query: Option<String>,
    /// 归档包的文件名，以 .zip 结尾；不写则放在当前文件夹
    #[arg(long, value_name = "文件", conflicts_with = "check")]
    pub to: Option<PathBuf>,
    /// 只检查，不打包
    #[arg(long)]
    pub check: bool,
    /// 不通过也要归档的项目和理由，如 `附录4=未召开总结会议`；可写多次
    #[arg(long, value_name = "项目=理由")]
    pub exception: Vec<String>,
    /// 范围里有、这次不归档的发布和理由，如 `R0007=审批还没有结束`；可写多次
    #[arg(long, value_name = "发布=理由")]
    pub leave_out: Vec<String>,
    /// 规范 4.4.2 的第几项由谁确认，如 `1=周敏`；可写多次
    #[arg(long, value_name = "项=姓名")]
    pub confirm: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Verify {
    /// 归档包
    #[arg(value_name = "归档包")]
    pub package: PathBuf,
    /// 签过字的移交清单上的移交校验码
    #[arg(long, value_name = "校验码")]
    pub anchor: Option<String>,
}

#[derive(Debug, Args)]
pub struct Restore {
    /// 归档包
    #[arg(value_name = "归档包")]
    pub package: PathBuf,
    /// 签过字的移交清单上的移交校验码
    #[arg(long, value_name = "校验码")]
    pub anchor: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum BackupAction {
    /// 立即备份一份，并打开核对；没有改动时不重复备份
    Now,
    /// 列出全部备份，最近的在前；数据库损坏时也能用
    List,
    /// 打开并核对一份备份；不写则逐一核对全部
    Verify {
        /// 备份的文件名，或文件的路径
        #[arg(value_name = "备份")]
        file: Option<PathBuf>,
    },
    /// 先看看：备份里有什么，恢复后会失去什么；什么也不改
    Look {
        /// 备份的文件名，或文件的路径
        #[arg(value_name = "备份")]
        file: PathBuf,
    },
    /// 从备份恢复；现在的数据会保留一份
    Restore {
        /// 备份的文件名，或文件的路径
        #[arg(value_name = "备份")]
        file: PathBuf,
    },
    /// 第二个备份文件夹（移动盘或共享文件夹），每天存一份；不写则查看
    Folder {
        /// 文件夹
        #[arg(value_name = "文件夹", conflicts_with = "none")]
        folder: Option<PathBuf>,
        /// 不再使用第二个文件夹
        #[arg(long)]
        none: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum TemplateAction {
    /// 列出可用的模板
    List,
    /// 查看模板的每个字段
    Show(TemplateName),
    /// 检查一个模板文件，列出每一处错误
    Check {
        /// 模板文件 `template.toml`，或它所在的文件夹
        #[arg(value_name = "路径")]
        path: PathBuf,
    },
    /// 输出模板的示例内容
    Sample(TemplateName),
}

#[derive(Debug, Args)]
pub struct TemplateName {
    /// 模板，如 `release-plan`
    #[arg(value_name = "模板")]
    pub id: String,
}

#[derive(Debug, Args)]
pub struct Document {
    /// 文档编号，如 `D0001`
    #[arg(value_name = "文档")]
    pub id: String,
}

#[derive(Debug, Args)]
pub struct New {
    #[command(flatten)]
    pub template: TemplateName,
    /// 初始内容（JSON；`-` 表示标准输入）
    #[arg(long, value_name = "文件")]
    pub from: Option<PathBuf>,
    /// 所属的发布；同一发布的文档共享产品、版本等内容
    #[arg(long, value_name = "名称")]
    pub release: Option<String>,
}

#[derive(Debug, Args)]
pub struct List {
    /// 只列这个模板的文档
    #[arg(long, value_name = "模板")]
    pub template: Option<String>,
    /// 只列这个状态的文档，如 `draft` 或 `草稿`
    #[arg(long, value_name = "状态")]
    pub status: Option<String>,
    /// 只列这一年的文档
    #[arg(long, value_name = "年份")]
    pub year: Option<i32>,
    /// 只列含有这些文字的文档
    #[arg(long, value_name = "文字")]
    pub query: Option<String>,
    /// 最多列几份
    #[arg(long, value_name = "份数")]
    pub limit: Option<usize>,
}

#[derive(Debug, Subcommand)]
pub enum ReleaseAction {
    /// 列出发布，按阶段，最近改动的在前
    List(ReleaseList),
    /// 新建一个发布和它的文档，输出其编号
    New(ReleaseNew),
    /// 查看一个发布
    Show(ReleaseId),
    /// 给发布添加一份文档，输出其编号
    Add {
        #[command(flatten)]
        release: ReleaseId,
        #[command(flatten)]
        template: TemplateName,
    },
    /// 删除一个发布；它的文档必须都是草稿
    Remove(ReleaseId),
    /// 载入示例：一个发布的全部文档，都已填好
    Sample,
}

#[derive(Debug, Args)]
pub struct ReleaseId {
    /// 发布的编号，如 `R0001`
    #[arg(value_name = "发布")]
    pub release: String,
}

#[derive(Debug, Args)]
pub struct ReleaseList {
    /// 只列含有这些文字的：产品、版本、姓名，或其拼音首字母
    #[arg(long, value_name = "文字")]
    pub query: Option<String>,
    /// 只列这个产品的
    #[arg(long, value_name = "产品")]
    pub product: Option<String>,
    /// 只列这一年的
    #[arg(long, value_name = "年份")]
    pub year: Option<i32>,
    /// 只列这个阶段的：`upcoming`（待发布）、`released`（已发布，待总结）、`closed`（已归档与作废）
    #[arg(long, value_name = "阶段")]
    pub stage: Option<String>,
}

#[derive(Debug, Args)]
pub struct ReleaseNew {
    /// 产品名称
    #[arg(value_name = "产品")]
    pub product: String,
    /// 版本，如 `V4.2.0`
    #[arg(value_name = "版本")]
    pub version: String,
    /// 发布类型，如 `功能迭代发布`
    #[arg(long = "type", value_name = "类型", default_value = "")]
    pub release_type: String,
    /// 要建的文档（模板，逗号分隔）；不写则全建
    #[arg(long, value_name = "模板", value_delimiter = ',')]
    pub documents: Option<Vec<String>>,
    /// 以这个往期发布为模板
    #[arg(long, value_name = "发布")]
    pub from: Option<String>,
}

#[derive(Debug, Args)]
pub struct Fill {
    #[command(flatten)]
    pub document: Document,
    /// 要填入的内容（JSON；`-` 表示标准输入）
    #[arg(long, value_name = "文件")]
    pub from: PathBuf,
}

#[derive(Debug, Args)]
pub struct Edit {
    #[command(flatten)]
    pub document: Document,
    /// 填一处：`字段=内容`，表格是 `表格[行].列=内容`，行从 0 数；内容为空则清空
    #[arg(long = "set", value_name = "位置=内容", required = true)]
    pub set: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Import {
    #[command(flatten)]
    pub document: Document,
    /// 表格文件：.xlsx、.xls、.ods 或 .csv
    #[arg(value_name = "表格")]
    pub file: PathBuf,
    /// 导入到哪个表格字段（默认为唯一的，或表头最吻合的）
    #[arg(long, value_name = "字段")]
    pub table: Option<String>,
    /// 读哪张工作表（默认自动查找）
    #[arg(long, value_name = "名称")]
    pub sheet: Option<String>,
    /// 原有的行怎么办：`replace`（替换）、`append`（追加）、`update`（同名的更新，其余追加）
    #[arg(long, value_name = "方式", default_value = "replace")]
    pub mode: String,
    /// 只显示将导入什么，不写入
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub struct Submit {
    #[command(flatten)]
    pub document: Document,
    /// 走哪种审批流程（有几种可走时）
    #[arg(long, value_name = "流程")]
    pub chain: Option<String>,
    /// 变更说明（从第二版起必填）
    #[arg(long, value_name = "文字")]
    pub change: Option<String>,
}

#[derive(Debug, Args)]
pub struct Sign {
    #[command(flatten)]
    pub document: Document,
    /// 第几步，从 1 数；不写则是下一步
    #[arg(long, value_name = "步")]
    pub step: Option<usize>,
    /// 签字人
    #[arg(long, value_name = "姓名")]
    pub name: String,
    /// 纸上的日期，如 `2026-03-11`；不写则是今天
    #[arg(long, value_name = "日期")]
    pub date: Option<String>,
    /// 意见：`agree`（同意）、`refuse`（不同意）、`supplement`（需补充说明）
    #[arg(long, value_name = "意见", default_value = "agree")]
    pub opinion: String,
    /// 需补充什么
    #[arg(long, value_name = "文字", default_value = "")]
    pub supplement: String,
    /// 在这台电脑上签，不是在纸上
    #[arg(long)]
    pub machine: bool,
    /// 手写的笔画（JSON），在电脑上签时可附
    #[arg(long, value_name = "文件", requires = "machine")]
    pub ink: Option<PathBuf>,
    /// 同一人签两步的理由
    #[arg(long, value_name = "文字", default_value = "")]
    pub reason: String,
    /// 哪个流程；不写则是审批
    #[arg(long, value_name = "流程")]
    pub chain: Option<String>,
}

#[derive(Debug, Args)]
pub struct Correct {
    #[command(flatten)]
    pub document: Document,
    /// 第几步，从 1 数
    #[arg(long, value_name = "步")]
    pub step: usize,
    /// 哪个流程；不写则是审批
    #[arg(long, value_name = "流程")]
    pub chain: Option<String>,
    /// 更正说明
    #[arg(value_name = "文字")]
    pub text: String,
}

#[derive(Debug, Args)]
pub struct WithReason {
    #[command(flatten)]
    pub document: Document,
    /// 原因
    #[arg(long, value_name = "文字")]
    pub reason: String,
}

#[derive(Debug, Args)]
pub struct Control {
    #[command(flatten)]
    pub document: Document,
    /// 生效日期；不写则是今天
    #[arg(long, value_name = "日期")]
    pub date: Option<String>,
}

#[derive(Debug, Args)]
pub struct Void {
    #[command(flatten)]
    pub document: Document,
    /// 哪个版本；不写则是最新的
    #[arg(long, value_name = "版本")]
    pub revision: Option<String>,
    /// 原因
    #[arg(long, value_name = "文字")]
    pub reason: String,
}

#[derive(Debug, Args)]
pub struct Revise {
    #[command(flatten)]
    pub document: Document,
    /// 大版本：V2.0 而不是 V1.1
    #[arg(long)]
    pub major: bool,
    /// 变更说明
    #[arg(long, value_name = "文字")]
    pub change: String,
}

#[derive(Debug, Args)]
pub struct Print {
    #[command(flatten)]
    pub document: Document,
    /// 写到的文件：.pdf
    #[arg(long, value_name = "文件")]
    pub to: PathBuf,
    /// 哪个版本；不写则是最新的
    #[arg(long, value_name = "版本")]
    pub revision: Option<String>,
    /// 受控副本（分发记录的序号，见 `copy list`）
    #[arg(long, value_name = "序号", conflicts_with = "uncontrolled")]
    pub copy: Option<i64>,
    /// 非受控副本，仅供参考
    #[arg(long)]
    pub uncontrolled: bool,
    /// 印装订线
    #[arg(long)]
    pub binding: bool,
    /// 双面打印：偶数页左右页边距互换
    #[arg(long)]
    pub duplex: bool,
}

#[derive(Debug, Args)]
pub struct Compare {
    #[command(flatten)]
    pub document: Document,
    /// 旧版本；不写则是上一版
    #[arg(long, value_name = "版本")]
    pub from: Option<String>,
    /// 新版本；不写则是最新的
    #[arg(long = "with", value_name = "版本")]
    pub with: Option<String>,
}

#[derive(Debug, Args)]
pub struct VerifyPrint {
    /// 页脚的校验码，如 `3F7A-0C91-B2D4`
    #[arg(value_name = "校验码")]
    pub code: String,
    /// 页脚的审计锚，如 `128-9C41D2E07A55`
    #[arg(long, value_name = "审计锚")]
    pub anchor: Option<String>,
}

#[derive(Debug, Args)]
pub struct Register {
    /// `controlled`（受控文件清单）、`void-numbers`（作废号登记）、`copies`（分发回收记录）、`releases`（发布台账）、`due`（到期清单）
    #[arg(value_name = "台账")]
    pub name: String,
    /// 截至哪一天；不写则是今天。受控文件清单可以回看，到期清单可以预看
    #[arg(long, value_name = "日期")]
    pub on: Option<String>,
    /// 只列这一年的
    #[arg(long, value_name = "年份")]
    pub year: Option<i32>,
    /// 写成文件：.pdf、.xlsx 或 .csv；不写则列在终端上
    #[arg(long, value_name = "文件")]
    pub to: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum CopyAction {
    /// 分发一份受控副本，给出分发号
    Issue {
        #[command(flatten)]
        document: Document,
        /// 分发给哪个部门
        #[arg(long, value_name = "部门")]
        department: String,
        /// 领用人
        #[arg(long, value_name = "姓名", default_value = "")]
        holder: String,
    },
    /// 登记签收
    Receive {
        #[command(flatten)]
        copy: CopyNumber,
        /// 签收人；不写则是领用人
        #[arg(long, value_name = "姓名", default_value = "")]
        by: String,
        /// 签收日期；不写则是今天
        #[arg(long, value_name = "日期")]
        date: Option<String>,
    },
    /// 登记回收
    Return {
        #[command(flatten)]
        copy: CopyNumber,
        /// 情况：收回、销毁、遗失…
        #[arg(long, value_name = "文字", default_value = "")]
        note: String,
        /// 回收日期；不写则是今天
        #[arg(long, value_name = "日期")]
        date: Option<String>,
    },
    /// 列出一份文档的分发记录
    List(Document),
    /// 列出要收回的副本：版本已作废而副本还没收回
    Due,
}

#[derive(Debug, Subcommand)]
pub enum ScanAction {
    /// 归档签署件的扫描件：每一页按二维码归到它的文档和版本
    Add {
        /// 扫描件：PDF、JPEG、PNG 或 TIFF，可以有几份；一份里可以有几份文档
        #[arg(value_name = "文件", required = true)]
        files: Vec<PathBuf>,
        /// 是第几步签字的凭据，从 1 数；只用于一份文档的扫描件
        #[arg(long, value_name = "步")]
        step: Option<usize>,
        /// 哪个流程的步骤；不写则是审批
        #[arg(long, value_name = "流程", requires = "step")]
        chain: Option<String>,
    },
    /// 列出一份文档的扫描件；不写则列出等待手工归位的页
    List {
        /// 文档的正式编号，如 `REL-APP-2026-001`，或 `D0001`
        #[arg(value_name = "编号")]
        document: Option<String>,
    },
    /// 手工归位：把读不出二维码的一页归到一个版本
    File {
        #[command(flatten)]
        page: ScanPage,
        /// 文档的正式编号，如 `REL-APP-2026-001`
        #[arg(value_name = "编号")]
        number: String,
        /// 版本，如 `V1.0`
        #[arg(value_name = "版本")]
        revision: String,
        /// 是纸面的第几页（知道时写）
        #[arg(long, value_name = "页")]
        paper_page: Option<usize>,
    },
    /// 不归位：这一页不属于任何文档，如空白的背面
    Aside(ScanPage),
    /// 取回扫描件，与收到时的每个字节相同；或把一页存为图片
    Export {
        /// 扫描件的 SHA-256，写前 8 位以上即可
        #[arg(value_name = "扫描件")]
        scan: String,
        /// 写到的文件；取一页时是 .png
        #[arg(long, value_name = "文件")]
        to: PathBuf,
        /// 只取这一页，存为 PNG 图片
        #[arg(long, value_name = "页")]
        page: Option<usize>,
    },
}

#[derive(Debug, Args)]
pub struct ScanPage {
    /// 扫描件的 SHA-256，写前 8 位以上即可
    #[arg(value_name = "扫描件")]
    pub scan: String,
    /// 扫描件的第几页，从 1 数
    #[arg(value_name = "页")]
    pub page: usize,
}

#[derive(Debug, Args)]
pub struct CopyNumber {
    /// 分发记录的序号，见 `copy list`
    #[arg(value_name = "序号")]
    pub id: i64,
}

#[derive(Debug, Subcommand)]
pub enum NumberAction {
    /// 下一个编号
    Next(TemplateName),
    /// 列出已给出的编号
    List {
        /// 只列这一年的
        #[arg(long, value_name = "年份")]
        year: Option<i32>,
    },
    /// 作废下一个编号，登记原因
    Void {
        #[command(flatten)]
        template: TemplateName,
        /// 原因
        #[arg(long, value_name = "文字")]
        reason: String,
    },
    /// 登记启用本程序以前今年在纸上用到的编号，之后接着编
    Start {
        #[command(flatten)]
        template: TemplateName,
        /// 纸上用到的最后一个编号
        #[arg(long, value_name = "编号")]
        last_used: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum AuditAction {
    /// 核对全部记录：链条、版本、签字、编号、扫描件
    Verify {
        /// 纸上的审计锚，如 `128-9C41D2E07A55`
        #[arg(long, value_name = "审计锚")]
        anchor: Option<String>,
    },
    /// 列出记录，最早的在前
    List {
        /// 只列这份文档或发布的，如 `D0001`
        #[arg(value_name = "编号")]
        subject: Option<String>,
    },
}

#[derive(Debug, Args)]
pub struct Export {
    /// 文档编号，如 `D0001`；导出到文件夹时可以有几份
    #[arg(value_name = "文档", required = true)]
    pub documents: Vec<String>,
    /// 导出到的文件：.pdf、.xlsx 或 .json
    #[arg(long, value_name = "文件", required_unless_present = "to_folder")]
    pub to: Option<PathBuf>,
    /// 导出到的文件夹；文件按编号、产品、版本命名，不覆盖已有的
    #[arg(long, value_name = "文件夹", conflicts_with = "to")]
    pub to_folder: Option<PathBuf>,
    /// 导出到文件夹时的格式：`pdf`、`xlsx`、`json`（逗号分隔）
    #[arg(long, value_name = "格式", value_delimiter = ',', default_value = "pdf", conflicts_with = "to")]
    pub format: Vec<String>,
    #[command(flatten)]
    pub paper: Paper,
}

#[derive(Debug, Args)]
pub struct Render {
    #[command(flatten)]
    pub template: TemplateName,
    /// 内容（JSON；`-` 表示标准输入）
    #[arg(long, value_name = "文件", required_unless_present = "blank")]
    pub from: Option<PathBuf>,
    /// 生成的文件：.pdf、.xlsx 或 .json
    #[arg(long, value_name = "文件")]
    pub to: PathBuf,
    /// 单位等设置（JSON，与 `settings show --json` 的输出相同）
    #[arg(long, value_name = "文件")]
    pub settings: Option<PathBuf>,
    #[command(flatten)]
    pub paper: Paper,
}

#[derive(Debug, Args)]
pub struct Paper {
    /// 空白表单，供手写
    #[arg(long)]
    pub blank: bool,
    /// 供签署：不印“草稿”水印
    #[arg(long)]
    pub for_signing: bool,
    /// 印封面、版权页、文档信息、版本记录和目录；不写时，填了文档信息或版本记录才印
    #[arg(long, conflicts_with = "no_front")]
    pub front: bool,
    /// 不印封面、版权页、文档信息、版本记录和目录
    #[arg(long)]
    pub no_front: bool,
    /// 印装订线
    #[arg(long)]
    pub binding: bool,
    /// 双面打印：偶数页左右页边距互换
    #[arg(long)]
    pub duplex: bool,
}

#[derive(Debug, Subcommand)]
pub enum SettingsAction {
    /// 查看设置
    Show,
    /// 更改设置：只改文件中提到的
    Set {
        /// 设置（JSON；`-` 表示标准输入）；`null` 恢复默认值
        #[arg(long, value_name = "文件", required_unless_present = "logo")]
        from: Option<PathBuf>,
        /// 单位标志（PNG 或 JPEG）
        #[arg(long, value_name = "图片")]
        logo: Option<PathBuf>,
    },
}

/// What was typed, understood or not.
pub enum Typed {
    Run(Cli),
    /// Help or version: to be shown.
    Show(StyledStr),
    Wrong(Error),
}

/// Understands the command line.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Typed {
    let command = localised(Cli::command(), "");
    let found = command.try_get_matches_from(arguments).and_then(|matches| Cli::from_arg_matches(&matches));
    match found {
        Ok(cli) => Typed::Run(cli),
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Typed::Show(error.render()),
            _ => Typed::Wrong(explain(&error)),
        },
    }
}

/// Everything that clap says by itself, in Chinese.
fn localised(command: Command, above: &str) -> Command {
    let path = format!("{above} {}", command.get_name()).trim().to_owned();
    let mut usage = path.clone();
    for argument in command.get_positionals() {
        let name = argument.get_value_names().and_then(<[_]>::first).map_or("", |name| name.as_str());
        usage += &format!(" <{name}>");
    }
    for option in command.get_opts().filter(|option| option.is_required_set()) {
        let name = option.get_value_names().and_then(<[_]>::first).map_or("", |name| name.as_str());
        usage += &format!(" --{} <{name}>", option.get_long().unwrap_or_default());
    }
    usage += if command.has_subcommands() { " <命令> [选项]" } else { " [选项]" };
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help).help("显示帮助");
    let mut command = command.disable_help_flag(true).disable_help_subcommand(true).arg(help);
    if above.is_empty() {
        let version = Arg::new("version").short('V').long("version").action(ArgAction::Version).help("显示版本");
        command = command.disable_version_flag(true).arg(version);
    }
    command
        .override_usage(usage)
        .help_template("{about}\n\n用法：{usage}\n\n{all-args}{after-help}\n")
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .mut_args(|argument| {
            let heading = if argument.is_positional() { "参数" } else { "选项" };
            argument.help_heading(heading)
        })
        .mut_subcommands(|command| localised(command, &path))
}

fn explain(error: &clap::Error) -> Error {
    let word = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join("、"),
        _ => String::new(),
    };
    let argument = word(ContextKind::InvalidArg);
    let value = word(ContextKind::InvalidValue);
    let message = match error.kind() {
        ErrorKind::UnknownArgument => format!("不认识的参数 `{argument}`"),
        ErrorKind::InvalidSubcommand => format!("没有命令 `{}`", word(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "没有给出命令".into(),
        ErrorKind::MissingRequiredArgument => format!("缺少 `{argument}`"),
        ErrorKind::InvalidValue if value.is_empty() => format!("`{argument}` 没有给出值"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => format!("`{argument}` 不能是 `{value}`"),
        ErrorKind::ArgumentConflict => format!("`{argument}` 给了两次，或与其他参数冲突"),
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("`{argument}` 的值的个数不对")
        }
        _ => "命令不能理解".into(),
    };
    let similar = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg].map(word).concat();
    let hint = match similar.as_str() {
        "" => "用 `dossier --help` 或 `dossier 命令 --help` 查看用法".into(),
        similar => format!("是不是 `{similar}`？用 `dossier --help` 查看用法"),
    };
    Error::new(Code::BadRequest, message).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn wrong(line: &str) -> String {
        match parse(line.split(' ').map(OsString::from)) {
            Typed::Wrong(error) => error.message,
            _ => panic!("`{line}` was understood"),
        }
    }

    #[test]
    fn what_cannot_be_understood_is_told_in_chinese() {
        assert_eq!(wrong("dossier fly"), "没有命令 `fly`");
        assert_eq!(wrong("dossier fill D0001"), "缺少 `--from <文件>`");
        assert_eq!(wrong("dossier list --colour red"), "不认识的参数 `--colour`");
        assert_eq!(wrong("dossier list --year soon"), "`--year <年份>` 不能是 `soon`");
        assert_eq!(wrong("dossier template"), "没有给出命令");
        assert_eq!(wrong("dossier render x --to a.pdf"), "缺少 `--from <文件>`");
    }

    #[test]
    fn help_holds_no_english_headings() {
        for line in [
            "dossier --help",
            "dossier render --help",
            "dossier template --help",
            "dossier import -h",
            "dossier backup --help",
        ] {
            let Typed::Show(help) = parse(line.split(' ').map(OsString::from)) else { panic!("{line}") };
            let help = help.to_string();
            assert!(help.contains("用法："), "{help}");
            for word in ["Usage", "Options", "Commands", "Arguments", "Print", "OPTIONS"] {
                assert!(!help.contains(word), "{word} in {help}");
            }
        }
    }
}
