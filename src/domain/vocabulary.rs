//! Closed vocabularies: enums whose variants have public names, each written in one place.
//!
//! What is public of a variant (its name in payloads, paths, metrics and files) stands beside it;
//! reading, listing and describing follow from that.

/// Defines an enum with the public name of each variant: `ALL`, `NAMES`, `COUNT`, `name`, `parse`,
/// `list`.
macro_rules! vocabulary {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $($(#[$about:meta])* $variant:ident $(= $number:literal)? => $text:literal,)+
        }
    ) => {
        $(#[$meta])*
        $vis enum $name {
            $($(#[$about])* $variant $(= $number)?,)+
        }

        impl $name {
            /// How many there are.
            $vis const COUNT: usize = [$($text),+].len();

            /// All of them, in the order in which they are told.
            $vis const ALL: [Self; Self::COUNT] = [$(Self::$variant),+];

            /// The public names, in the same order.
            $vis const NAMES: [&'static str; Self::COUNT] = [$($text),+];

            /// The public name.
            #[must_use]
            $vis const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            /// The inverse of [`Self::name`].
            #[must_use]
            $vis fn parse(name: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|one| one.name() == name)
            }

            /// The public names with commas between them, for messages.
            #[must_use]
            $vis fn list() -> String {
                Self::NAMES.join(", ")
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}
pub(crate) use vocabulary;

#[cfg(test)]
mod tests {
    vocabulary! {
        /// Two words.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        enum Pair {
            Left => "left",
            /// With a number of its own.
            Right = 7 => "on_the_right",
        }
    }

    #[test]
    fn names_are_read_back_listed_and_shown() {
        for one in Pair::ALL {
            assert_eq!(Pair::parse(one.name()), Some(one));
        }
        assert_eq!(Pair::parse("Left"), None);
        assert_eq!(Pair::list(), "left, on_the_right");
        assert_eq!(format!("{} {}", Pair::Left, Pair::Right as u8), "left 7");
        assert_eq!(Pair::COUNT, 2);
    }
}
