//! Turns what the schema validator found into our own faults. It must not let the validator's words out: they hold values.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;

use super::strict::join;
use crate::domain::fault::{Fault, FieldFault};

/// The faults behind the errors, with pointers below `prefix`. A field of the wrong type has no other fault.
pub(super) fn of<'a>(errors: impl Iterator<Item = ValidationError<'a>>, prefix: &str) -> Vec<FieldFault> {
    let mut found = Vec::new();
    for error in errors {
        collect(&error, prefix, &mut found);
    }
    let mistyped: Vec<String> =
        found.iter().filter(|f| f.fault == Fault::WrongType).map(|f: &FieldFault| f.pointer.clone()).collect();
    let mut faults: Vec<FieldFault> = Vec::with_capacity(found.len());
    for fault in found {
        let hidden = fault.fault != Fault::WrongType && mistyped.contains(&fault.pointer);
        if !hidden && !faults.contains(&fault) {
            faults.push(fault);
        }
    }
    faults
}

fn collect(error: &ValidationError<'_>, prefix: &str, found: &mut Vec<FieldFault>) {
    let here = format!("{prefix}{}", error.instance_path().as_str());
    match error.kind() {
        Kind::Required { property } => {
            found.push(FieldFault::new(join(&here, property.as_str().unwrap_or_default()), Fault::Required));
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            found.extend(unexpected.iter().map(|name| FieldFault::new(join(&here, name), Fault::UnknownField)));
        }
        Kind::OneOfNotValid { context } | Kind::AnyOf { context } => match branch(error, context) {
            Branch::One(errors) => errors.iter().for_each(|inner| collect(inner, prefix, found)),
            Branch::NoneOfItsType => found.push(FieldFault::new(here, Fault::WrongType)),
            Branch::Several => found.push(FieldFault::new(here, Fault::Invalid)),
        },
        kind => found.push(FieldFault::new(here, simple(kind))),
    }
}

fn simple(kind: &Kind) -> Fault {
    match kind {
        Kind::Type { .. } => Fault::WrongType,
        Kind::Enum { .. } | Kind::Constant { .. } => Fault::NotAllowed,
        Kind::MinLength { .. } | Kind::MinItems { .. } | Kind::MinProperties { .. } => Fault::TooShort,
        Kind::MaxLength { .. } | Kind::MaxItems { .. } | Kind::MaxProperties { .. } => Fault::TooLong,
        Kind::AdditionalItems { .. } => Fault::TooLong,
        Kind::Pattern { .. } | Kind::Format { .. } => Fault::BadFormat,
        Kind::Minimum { .. } | Kind::Maximum { .. } | Kind::MultipleOf { .. } => Fault::OutOfRange,
        Kind::ExclusiveMinimum { .. } | Kind::ExclusiveMaximum { .. } => Fault::OutOfRange,
        _ => Fault::Invalid,
    }
}

/// What a choice of schemas comes to.
enum Branch<'a> {
    /// One of them is clearly meant: these are its errors.
    One(&'a [ValidationError<'static>]),
    /// None takes a value of this type.
    NoneOfItsType,
    /// It cannot be told.
    Several,
}

/// Which schema of a choice the caller meant: of those that take the value's type (so not the `null` of an optional
/// field), the one whose tag fits.
fn branch<'a>(error: &ValidationError<'_>, context: &'a [Vec<ValidationError<'static>>]) -> Branch<'a> {
    let here = error.instance_path();
    let takes_type = |errors: &&Vec<ValidationError<'static>>| {
        !errors.iter().any(|inner| inner.instance_path() == here && matches!(inner.kind(), Kind::Type { .. }))
    };
    let tag_fits = |errors: &&&Vec<ValidationError<'static>>| {
        !errors.iter().any(|inner| {
            inner.instance_path() != here && matches!(inner.kind(), Kind::Enum { .. } | Kind::Constant { .. })
        })
    };
    let typed: Vec<&Vec<ValidationError<'static>>> = context.iter().filter(takes_type).collect();
    let tagged: Vec<&&Vec<ValidationError<'static>>> = typed.iter().filter(tag_fits).collect();
    match (typed.as_slice(), tagged.as_slice()) {
        ([], _) => Branch::NoneOfItsType,
        ([one], _) => Branch::One(one),
        (_, [one]) => Branch::One(one),
        _ => Branch::Several,
    }
}
