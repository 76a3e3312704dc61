//! How values fill themselves, in words: what people read when they ask where a value comes from.

use crate::template::{Compute, Field, Template};

/// `实际完成时间减计划完成时间`: the sentence behind a computed field, or column of a table.
pub(super) fn computed(compute: &Compute, columns: Option<&[Field]>, template: &Template) -> String {
    let label = |id: &str| {
        let column = columns.and_then(|columns| columns.iter().find(|column| column.id == id));
        column.or_else(|| template.field(id)).map_or_else(|| id.to_owned(), |field| field.label.clone())
    };
    let column_label =
        |table: &str, id: &str| template.column(table, id).map_or_else(|| id.to_owned(), |column| column.label.clone());
    match compute {
        Compute::Rows { table } => format!("{}的行数", label(table)),
        Compute::Count { table, column, values } => {
            format!("{}中{}为{}的行数", label(table), column_label(table, column), values.join("或"))
        }
        Compute::SumColumn { table, column } => format!("{}中{}的合计", label(table), column_label(table, column)),
        Compute::Sum { fields } => {
            let labels: Vec<String> = fields.iter().map(|id| label(id)).collect();
            labels.join("加")
        }
        Compute::Minutes { start, end } => format!("{}减{}", label(end), label(start)),
        Compute::Difference { from, less } => format!("{}减{}", label(from), label(less)),
        Compute::Late { planned, actual } => format!("{}与{}比较，判断按时还是延迟", label(actual), label(planned)),
        Compute::Balance { budget, spent } => format!("{}与{}比较，算出节余或超支", label(spent), label(budget)),
        Compute::Earlier { date, days } => format!("{}之前 {days} 天", label(date)),
    }
}
