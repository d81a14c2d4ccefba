//! The runs as a Parquet file: the columns of `runs.csv` with their types.

use super::analysis::{Runs, value};
use super::plan::Plan;
use super::table::{self, plain};
use parquet::basic::{ConvertedType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use toml::Value;

/// The cells of a column.
enum Column {
    Integers(Vec<i64>),
    /// Empty cells are null.
    Numbers(Vec<Option<f64>>),
    Texts(Vec<String>),
}

/// Writes the runs to a new file.
///
/// # Errors
/// The file system's.
pub fn write(path: &Path, plan: &Plan, runs: &Runs) -> io::Result<()> {
    write_columns(path, &columns(plan, runs)).map_err(io::Error::other)
}

fn columns(plan: &Plan, runs: &Runs) -> Vec<(String, Column)> {
    let integers = |of: &dyn Fn(u64) -> u64| Column::Integers(runs.keys().map(|&run| of(run) as i64).collect());
    let numbered = [
        integers(&|run| run),
        integers(&|run| plan.case(run).point as u64 + 1),
        integers(&|run| u64::from(plan.case(run).replicate)),
        integers(&|run| plan.case(run).seed),
    ];
    let keys = (0..plan.file.keys().len())
        .map(|key| of_values(&runs.keys().map(|&run| &plan.points[plan.case(run).point][key]).collect::<Vec<_>>()));
    let metrics = (0..plan.metrics().len())
        .map(|metric| Column::Numbers(runs.keys().map(|&run| value(runs, run, metric)).collect()));
    let error = |run: &u64| runs[run].outcome.as_ref().err().cloned();
    let status = runs.keys().map(|run| if error(run).is_some() { "failed" } else { "ok" }.to_owned()).collect();
    let errors = runs.keys().map(|run| error(run).unwrap_or_default()).collect();
    let columns = numbered.into_iter().chain(keys).chain(metrics).chain([Column::Texts(status), Column::Texts(errors)]);
    table::columns(plan).into_iter().map(|(name, _)| name).zip(columns).collect()
}

/// Whole numbers stay whole, other numbers are numbers, everything else is a text.
fn of_values(values: &[&Value]) -> Column {
    let integers: Option<Vec<i64>> = values.iter().map(|v| v.as_integer()).collect();
    let numbers: Option<Vec<f64>> = values.iter().map(|v| super::analysis::number(v)).collect();
    match (integers, numbers) {
        (Some(integers), _) => Column::Integers(integers),
        (None, Some(numbers)) => Column::Numbers(numbers.into_iter().map(Some).collect()),
        (None, None) => Column::Texts(values.iter().map(|v| plain(v)).collect()),
    }
}

fn write_columns(path: &Path, columns: &[(String, Column)]) -> Result<(), ParquetError> {
    let fields = columns.iter().map(|(name, column)| Ok(Arc::new(field(name, column)?)));
    let fields = fields.collect::<Result<Vec<_>, ParquetError>>()?;
    let schema = Arc::new(Type::group_type_builder("runs").with_fields(fields).build()?);
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer = SerializedFileWriter::new(File::create(path)?, schema, properties)?;
    let mut rows = writer.next_row_group()?;
    for (_, column) in columns {
        write_column(&mut rows, column)?;
    }
    rows.close()?;
    writer.close()?;
    Ok(())
}

fn field(name: &str, column: &Column) -> Result<Type, ParquetError> {
    let (physical, converted, repetition) = match column {
        Column::Integers(_) => (Physical::INT64, ConvertedType::NONE, Repetition::REQUIRED),
        Column::Numbers(_) => (Physical::DOUBLE, ConvertedType::NONE, Repetition::OPTIONAL),
        Column::Texts(_) => (Physical::BYTE_ARRAY, ConvertedType::UTF8, Repetition::REQUIRED),
    };
    Type::primitive_type_builder(name, physical).with_converted_type(converted).with_repetition(repetition).build()
}

fn write_column(rows: &mut SerializedRowGroupWriter<'_, File>, column: &Column) -> Result<(), ParquetError> {
    let Some(mut writer) = rows.next_column()? else { return Ok(()) };
    match column {
        Column::Integers(values) => {
            writer.typed::<Int64Type>().write_batch(values, None, None)?;
        }
        Column::Numbers(values) => {
            let there: Vec<f64> = values.iter().flatten().copied().collect();
            let levels: Vec<i16> = values.iter().map(|v| i16::from(v.is_some())).collect();
            writer.typed::<DoubleType>().write_batch(&there, Some(&levels), None)?;
        }
        Column::Texts(values) => {
            let bytes: Vec<ByteArray> = values.iter().map(|v| ByteArray::from(v.as_str())).collect();
            writer.typed::<ByteArrayType>().write_batch(&bytes, None, None)?;
        }
    }
    writer.close()
}
