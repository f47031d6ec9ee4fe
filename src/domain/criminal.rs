//! The criminal track beside the main state: states and the moves between them. It never moves the main state.

use crate::text_enum;

text_enum! {
    /// Where the criminal proceedings stand (Sentra Gakkumdu, police, prosecution, courts).
    CriminalState {
        None = "none", "Tidak ada", "None";
        Suspected = "suspected", "Dugaan tindak pidana", "Crime suspected";
        AtGakkumdu = "at_gakkumdu", "Di Sentra Gakkumdu", "At Gakkumdu";
        Investigation = "investigation", "Penyidikan", "Investigation";
        Prosecution = "prosecution", "Penuntutan", "Prosecution";
        Trial = "trial", "Persidangan", "Trial";
        AppealTrial = "appeal_trial", "Banding", "Appeal trial";
        Convicted = "convicted", "Terpidana", "Convicted";
        Acquitted = "acquitted", "Bebas", "Acquitted";
        Stopped = "stopped", "Dihentikan", "Stopped";
    }
}

text_enum! {
    /// Why criminal proceedings were stopped.
    StopReason {
        NoOffence = "no_offence", "Bukan tindak pidana", "No offence";
        Evidence = "evidence", "Bukti tidak cukup", "Insufficient evidence";
        Expired = "expired", "Kedaluwarsa", "Out of time";
        Other = "other", "Lainnya", "Other";
    }
}

impl CriminalState {
    /// Nothing is pending in this track, so the case may close.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::None | Self::Convicted | Self::Acquitted | Self::Stopped)
    }

    /// Where the track may go from here. It is opened only by Bawaslu's result `crime_suspected`.
    pub const fn successors(self) -> &'static [Self] {
        match self {
            Self::None | Self::Convicted | Self::Acquitted | Self::Stopped => &[],
            Self::Suspected => &[Self::AtGakkumdu, Self::Stopped],
            Self::AtGakkumdu => &[Self::Investigation, Self::Stopped],
            Self::Investigation => &[Self::Prosecution, Self::Stopped],
            Self::Prosecution => &[Self::Trial, Self::Investigation, Self::Stopped],
            Self::Trial => &[Self::Convicted, Self::Acquitted, Self::AppealTrial],
            Self::AppealTrial => &[Self::Convicted, Self::Acquitted],
        }
    }
}
