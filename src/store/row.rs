//! How rows are read: by the names of their columns, the same on both databases. What only another
//! program can have written is an error that names the column.

use super::millis;
use crate::domain::Millis;
use sqlx::{ColumnIndex, Decode, Row, Type};

/// A row, and what the hub's types are made of.
pub(super) struct Columns<'r, R>(pub(super) &'r R);

impl<'r, R: Row> Columns<'r, R>
where
    &'static str: ColumnIndex<R>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
    bool: Decode<'r, R::Database> + Type<R::Database>,
    String: Decode<'r, R::Database> + Type<R::Database>,
{
    pub(super) fn number(&self, name: &'static str) -> Result<i64, sqlx::Error> {
        self.0.try_get(name)
    }

    /// A number that fits a smaller type.
    pub(super) fn small<T: TryFrom<i64>>(&self, name: &'static str) -> Result<T, sqlx::Error> {
        self.fit(name, |n| T::try_from(n).ok())
    }

    /// What a number stands for.
    pub(super) fn fit<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(i64) -> Option<T>,
    ) -> Result<T, sqlx::Error> {
        let number = self.number(name)?;
        read(number).ok_or_else(|| odd(name, &number))
    }

    pub(super) fn time(&self, name: &'static str) -> Result<Millis, sqlx::Error> {
        self.number(name).map(millis)
    }

    pub(super) fn maybe_time(&self, name: &'static str) -> Result<Option<Millis>, sqlx::Error> {
        Ok(self.0.try_get::<Option<i64>, _>(name)?.map(millis))
    }

    pub(super) fn flag(&self, name: &'static str) -> Result<bool, sqlx::Error> {
        self.0.try_get(name)
    }

    /// A number that fits a smaller type, where there is one.
    pub(super) fn maybe_small<T: TryFrom<i64>>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, sqlx::Error> {
        let number = self.0.try_get::<Option<i64>, _>(name)?;
        let fit = |n: i64| T::try_from(n).map_err(|_| odd(name, &n));
        number.map(fit).transpose()
    }

    pub(super) fn maybe_flag(&self, name: &'static str) -> Result<Option<bool>, sqlx::Error> {
        self.0.try_get(name)
    }

    /// As whatever text the caller holds.
    pub(super) fn text<T: From<String>>(&self, name: &'static str) -> Result<T, sqlx::Error> {
        self.0.try_get::<String, _>(name).map(T::from)
    }

    pub(super) fn maybe_text<T: From<String>>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, sqlx::Error> {
        Ok(self.0.try_get::<Option<String>, _>(name)?.map(T::from))
    }

    /// What a text stands for.
    pub(super) fn word<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, sqlx::Error> {
        let text: String = self.text(name)?;
        read(&text).ok_or_else(|| odd(name, &text))
    }
}

/// A value that the hub would not have written.
pub(super) fn odd(name: &str, value: &dyn std::fmt::Debug) -> sqlx::Error {
    sqlx::Error::Decode(format!("{name}: {value:?} cannot be").into())
}

/// `$type` is read from a row's columns, on either database.
macro_rules! from_row {
    ($type:ty, |$row:ident| $read:expr) => {
        impl<'r, R: sqlx::Row> sqlx::FromRow<'r, R> for $type
        where
            &'static str: sqlx::ColumnIndex<R>,
            i64: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
            bool: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
            String: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
        {
            fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
                let $row = $crate::store::row::Columns(row);
                $read
            }
        }
    };
}
pub(super) use from_row;
