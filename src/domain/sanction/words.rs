//! Words of sanctions: how one came about, who may impose it and on whom, what was found on an act. Decides nothing.

use crate::domain::action::Employment;
use crate::text_enum;

text_enum! {
    /// How a version of a sanction came about.
    SanctionOrigin {
        Decided = "decided", "Diputus", "Decided";
        Lightened = "lightened", "Diperingan", "Lightened";
        Aggravated = "aggravated", "Diperberat", "Aggravated";
        Changed = "changed", "Diubah", "Changed";
        Cancelled = "cancelled", "Dibatalkan", "Cancelled";
    }
}

text_enum! {
    /// Officials who may impose discipline sanctions (PP 94/2021).
    Authority {
        President = "president", "Presiden", "The President";
        PpkCentralProvincial = "ppk_central_provincial", "PPK instansi pusat atau provinsi", "PPK of a central body or province";
        PpkRegencyCity = "ppk_regency_city", "PPK kabupaten atau kota", "PPK of a regency or city";
        JptMadya = "jpt_madya", "Pejabat pimpinan tinggi madya", "Middle senior executive";
        JptPratama = "jpt_pratama", "Pejabat pimpinan tinggi pratama", "Junior senior executive";
        Administrator = "administrator", "Pejabat administrator", "Administrator";
        Pengawas = "pengawas", "Pejabat pengawas", "Supervisor";
    }
}

text_enum! {
    /// Levels of positions, as the competence to impose sanctions tells them apart.
    PositionLevel {
        JptUtama = "jpt_utama", "Pimpinan tinggi utama", "Highest senior executive";
        JptMadya = "jpt_madya", "Pimpinan tinggi madya", "Middle senior executive";
        JptPratama = "jpt_pratama", "Pimpinan tinggi pratama", "Junior senior executive";
        Administrator = "administrator", "Administrator", "Administrator";
        Pengawas = "pengawas", "Pengawas", "Supervisor";
        Pelaksana = "pelaksana", "Pelaksana", "Executor";
        JfUtama = "jf_utama", "Fungsional ahli utama", "Functional expert of the highest level";
        JfOther = "jf_other", "Fungsional di bawah ahli utama", "Functional expert below it";
    }
}

text_enum! {
    /// How heavy a sanction is: moral ones by PP 42/2004 art. 15, light to heavy by PP 94/2021 art. 8.
    SanctionLevel {
        Moral = "moral", "Sanksi moral", "Moral sanction";
        Light = "light", "Hukuman disiplin ringan", "Light discipline sanction";
        Medium = "medium", "Hukuman disiplin sedang", "Medium discipline sanction";
        Heavy = "heavy", "Hukuman disiplin berat", "Heavy discipline sanction";
        Dismissal = "dismissal", "Pemberhentian", "Dismissal";
    }
}

text_enum! {
    /// On whom a sanction of the catalogue may be imposed.
    AppliesTo {
        Pns = "pns", "PNS dan calon PNS", "Tenured civil servants, also on probation";
        Pppk = "pppk", "PPPK", "Government employees on contract";
        Asn = "asn", "PNS dan PPPK", "Both";
    }
}

impl AppliesTo {
    /// Whoever is employed like this may bear it.
    pub(super) const fn fits(self, employment: Employment) -> bool {
        match self {
            Self::Asn => true,
            Self::Pns => matches!(employment, Employment::Pns | Employment::Cpns),
            Self::Pppk => matches!(employment, Employment::Pppk),
        }
    }
}

text_enum! {
    /// What was found on an act.
    ActFinding {
        Open = "open", "Belum disimpulkan", "Open";
        Proven = "proven", "Terbukti", "Proven";
        NotProven = "not_proven", "Tidak terbukti", "Not proven";
    }
}
