//! What is unusual about a case and stops nothing: told to officers, who may have a reason. Finds none itself.

use crate::text_enum;

text_enum! {
    /// One thing an officer should look at again.
    Warning {
        LooksLikePppk = "looks_like_pppk", "Angka ke-13 dan ke-14 bukan bulan: tampaknya NI PPPK", "Digits 13 and 14 are no month: it looks like a PPPK number";
        AppointedTooYoung = "appointed_too_young", "Pengangkatan sebelum usia 17 tahun", "Appointed before the age of 17";
        UnknownRegion = "unknown_region", "Kode wilayah pada NIK tidak dikenal", "The NIK's region code is not known";
        UnrealBirthDate = "unreal_birth_date", "Tanggal lahir pada NIK tidak ada dalam kalender", "The NIK's birth date does not exist";
        BirthDatesDiffer = "birth_dates_differ", "Tanggal lahir pada NIK dan NIP berbeda", "NIK and NIP differ on the birth date";
        SexesDiffer = "sexes_differ", "Jenis kelamin pada NIK dan NIP berbeda", "NIK and NIP differ on the sex";
        PhaseDiffers = "phase_differs", "Tahap perbuatan berbeda dari yang disarankan jadwal pemilihan", "The phase differs from what the election calendar suggests";
        BawasluWindowNear = "bawaslu_window_near", "Batas waktu laporan ke Bawaslu (D2) berakhir paling lama dua hari lagi", "Bawaslu's window (D2) closes within two days";
        BawasluWindowPassed = "bawaslu_window_passed", "Batas waktu laporan ke Bawaslu (D2) sudah lewat: hanya dapat dirujuk sebagai informasi awal", "Bawaslu's window (D2) has passed: the case can go there as preliminary information only";
        AnswerLaterThanRule = "answer_later_than_rule", "Hari jawaban lebih lambat daripada batas kelengkapan dari pelapor (D3)", "The day to answer by is later than the time for completion (D3)";
        RegimeDiffers = "regime_differs", "Rezim pemilihan berbeda dari yang disarankan jadwal pemilihan", "The election law differs from what the election calendar suggests";
        AuthorityNotListed = "authority_not_listed", "Pejabat ini tidak tercantum sebagai yang berwenang menjatuhkan sanksi tersebut pada jabatan terlapor (PP 94/2021). Periksa kembali kewenangannya.", "This official is not listed as one who may impose that sanction on the subject's position (PP 94/2021). Check the competence.";
        SanctionNotForEmployment = "sanction_not_for_employment", "Sanksi ini bukan untuk status kepegawaian terlapor (PNS atau PPPK). Periksa kembali kodenya.", "This sanction is not for somebody employed as the subject is (PNS or PPPK). Check its code.";
        RemedyDiffers = "remedy_differs", "Terhadap pemberhentian diajukan banding administratif kepada BPASN, terhadap sanksi lain keberatan (PP 79/2021). Batas waktu putusan dihitung menurut upaya yang dicatat.", "A dismissal is appealed to BPASN, any other sanction is objected to (PP 79/2021). The time for the decision is counted by the remedy recorded.";
        DecisionBeforeExamination = "decision_before_examination", "Surat keputusan bertanggal lebih awal daripada berita acara pemeriksaan atau risalah majelis. Periksa kembali tanggalnya.", "The decision is dated before the examination record or the council's minutes. Check the dates.";
        DecisionBeforeRecommendation = "decision_before_recommendation", "Surat keputusan bertanggal lebih awal daripada surat rekomendasi. Periksa kembali tanggalnya.", "The decision is dated before the letter that recommends it. Check the dates.";
        ProposalOutsideRange = "proposal_outside_range", "Ada sanksi yang diusulkan di luar rentang sanksi semua bentuk pelanggaran yang disebut. Periksa kembali bentuk atau usulannya.", "A proposed sanction is outside the range of every form named. Check the forms or the proposal.";
        ProposalBeyondOfficials = "proposal_beyond_officials", "Tidak ada pejabat pada instansi yang dituju yang tercantum sebagai yang berwenang menjatuhkan salah satu sanksi yang diusulkan pada jabatan terlapor (PP 94/2021). Periksa kembali usulan atau alamatnya.", "No official of the agency addressed is listed as one who may impose a proposed sanction on the subject's position (PP 94/2021). Check the proposal or the addressee.";
        OutcomeNotAsCalled = "outcome_not_as_called", "Sanksi yang baru tidak lebih ringan (diperingan) atau tidak lebih berat (diperberat) daripada yang digugat. Periksa kembali hasil atau kodenya.", "The new sanction is not lighter (lightened) or not heavier (aggravated) than the one challenged. Check the outcome or the code.";
        SummonsDayUnusual = "summons_day_unusual", "Hari pemeriksaan mendahului surat panggilan, atau melampaui batas waktu sesudahnya (PP 94/2021). Periksa kembali tanggalnya.", "The examination is before the summons or later after it than it may be (PP 94/2021). Check the dates.";
        SecondSummonsUnusual = "second_summons_unusual", "Panggilan kedua mendahului hari pemeriksaan yang tidak dihadiri, atau melampaui batas waktu sesudahnya (PP 94/2021). Periksa kembali tanggalnya.", "The second summons is before the examination that was missed or later after it than it may be (PP 94/2021). Check the dates.";
        ExaminationNotRecorded = "examination_not_recorded", "Terlapor sudah dipanggil, tetapi pemeriksaan ataupun panggilan kedua belum dicatat (PP 94/2021).", "The subject was summoned, but neither an examination nor a second summons is on record (PP 94/2021).";
        TeamNotRecorded = "team_not_recorded", "Hukuman berat diperiksa oleh tim pemeriksa (PP 94/2021), tetapi pembentukannya belum dicatat.", "A heavy sanction is examined by a team (PP 94/2021), but none is on record.";
    }
}
