//! The frame of a hand-written statement that stays prepared: diesel parses updates, row arrays and upserts anew at
//! each call unless the statement has a static query id. Holds no statement itself.

/// Makes `struct $name<'a>` a statement whose text never varies, returning rows of the SQL type `$row`.
/// Its `QueryFragment` writes the text and the parameters.
///
/// A statement with two texts says by a constant which it is: `struct $name<'a, const $shape: bool>`.
macro_rules! prepared {
    ($name:ident $(<$shape:ident>)? returns $row:ty) => {
        impl<$(const $shape: bool)?> diesel::query_builder::QueryId for $name<'_ $(, $shape)?> {
            type QueryId = $name<'static $(, $shape)?>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }
        impl<$(const $shape: bool)?> diesel::query_builder::Query for $name<'_ $(, $shape)?> {
            type SqlType = $row;
        }
        impl<C $(, const $shape: bool)?> diesel::RunQueryDsl<C> for $name<'_ $(, $shape)?> {}
    };
}

/// Writes `"text"` and `[SqlType] &value` parts to an `AstPass`, in turn.
macro_rules! push {
    ($out:ident;) => {};
    ($out:ident; $text:literal $($rest:tt)*) => { $out.push_sql($text); push!($out; $($rest)*); };
    ($out:ident; { $text:expr } $($rest:tt)*) => { $out.push_sql($text); push!($out; $($rest)*); };
    ($out:ident; [$ty:ty] $value:expr, $($rest:tt)*) => { $out.push_bind_param::<$ty, _>($value)?; push!($out; $($rest)*); };
}

pub(crate) use {prepared, push};
