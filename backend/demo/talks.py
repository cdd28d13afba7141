"""What invented customers write and how they are answered; `>` is the agent, `#` ends as a case, `!` as a ticket."""

from dataclasses import dataclass, field
from typing import Final

FIRST: Final = [
    "Adi",
    "Agus",
    "Ahmad",
    "Anisa",
    "Ayu",
    "Bagas",
    "Bayu",
    "Bunga",
    "Cahya",
    "Citra",
    "Dewi",
    "Dian",
    "Dimas",
    "Eka",
    "Endang",
    "Fajar",
    "Fitri",
    "Galih",
    "Gita",
    "Hadi",
    "Hana",
    "Indah",
    "Intan",
    "Joko",
    "Kartika",
    "Kevin",
    "Laras",
    "Lestari",
    "Lukman",
    "Mega",
    "Melati",
    "Nanda",
    "Nia",
    "Nurul",
    "Oki",
    "Prasetyo",
    "Putri",
    "Rahma",
    "Raka",
    "Ratih",
    "Reza",
    "Rina",
    "Satria",
    "Sekar",
    "Seno",
    "Siti",
    "Surya",
    "Tari",
    "Teguh",
    "Tika",
    "Umar",
    "Utami",
    "Vina",
    "Wahyu",
    "Wati",
    "Wulan",
    "Yanti",
    "Yoga",
    "Yusuf",
    "Zahra",
]
LAST: Final = [
    "Adiputra",
    "Anggraini",
    "Darmawan",
    "Firmansyah",
    "Gunawan",
    "Halim",
    "Handayani",
    "Hartono",
    "Hidayat",
    "Kurniawan",
    "Kusuma",
    "Lesmana",
    "Mahendra",
    "Maharani",
    "Nugroho",
    "Pangestu",
    "Permata",
    "Pratama",
    "Puspita",
    "Rahayu",
    "Ramadhan",
    "Safitri",
    "Santoso",
    "Saputra",
    "Setiawan",
    "Siregar",
    "Susanto",
    "Wibowo",
    "Wijaya",
    "Yuliana",
]
STREETS: Final = [
    "Melati",
    "Kenanga",
    "Anggrek",
    "Cempaka",
    "Dahlia",
    "Flamboyan",
    "Mawar",
    "Teratai",
    "Bougenville",
    "Seroja",
]
TOWNS: Final = ["Kota Contoh", "Kota Misal", "Kabupaten Umpama", "Kota Andai"]

TALKS: Final = """
# Keluhan/Internet/Tidak ada koneksi/Lampu LOS merah/Gangguan massal | Internet mati satu kompleks
Selamat siang, internet di rumah mati sejak tadi pagi 😢
Lampu LOS di modem merah
> Selamat siang, mohon maaf atas ketidaknyamanannya. Boleh dibantu nomor layanannya?
{service}
> Terima kasih. Sedang ada gangguan di area tersebut, perkiraan selesai pukul 15.00.
Baik, terima kasih infonya 🙏

! Keluhan/Internet/Tidak ada koneksi | Kabel optik putus di depan rumah
Halo, kabel di depan rumah putus tersangkut truk
Internet dan telepon mati semua
> Mohon maaf ya. Kami buatkan laporan agar teknisi segera datang. Alamatnya masih sama?
Masih sama. Kapan teknisinya datang?
> Paling lambat besok sebelum pukul 12.00, teknisi akan menelepon dahulu.
Ok ditunggu

# Keluhan/Internet/Lambat/Jam sibuk/Pemakaian bersama | Lambat saat malam
Kenapa ya kalau malam internetnya lambat sekali, anak saya mau ujian daring
> Baik, kami periksa dahulu. Ada berapa perangkat yang terhubung saat malam?
Sekitar 12, termasuk TV
> Kualitas jaringannya normal. Kami sarankan paket 100 Mbps, atau membatasi perangkat saat ujian.
Oh begitu. Saya pikir-pikir dulu

# Keluhan/Internet/Sering putus/Wi-Fi/Interferensi kanal | Wi-Fi sering putus
wifi putus nyambung terus min
> Baik, mohon tunggu, kami ganti kanal Wi-Fi dari sini.
> Sudah kami ganti ke kanal 11. Silakan dicoba.
Sudah lancar, terima kasih banyak 👍

! Keluhan/TV/Siaran hilang | Siaran hilang di semua kanal
TV kabel saya tidak ada gambarnya, tulisannya kode 4514
> Kami kirim ulang registrasi STB, mohon tunggu 5 menit lalu nyalakan ulang.
Masih sama
> Baik, kami teruskan ke tim TV. Mohon maaf ya.

# Tagihan/Jumlah/Lebih besar dari biasa/Pemakaian tambahan/Add-on aktif sendiri | Tagihan naik
Tagihan saya kok naik 45 ribu? Saya tidak merasa menambah apa-apa
> Kami cek ya. Ada layanan film yang aktif sejak tanggal 3 setelah masa coba gratis.
Tolong dimatikan saja
> Sudah dimatikan dan bulan depan kembali normal.
Terima kasih

! Tagihan/Pembayaran/Belum tercatat | Sudah bayar tetapi masih diblokir
Saya sudah bayar kemarin lewat transfer tapi internet masih diblokir
> Boleh kirim bukti pembayarannya?
Bank Contoh, Rp389.000, jam 19.42, nomor virtual sesuai tagihan
> Terima kasih. Kami buka blokirnya dan teruskan ke keuangan untuk pencatatan.
Tolong cepat ya, saya kerja dari rumah

# Tagihan/Salinan/Faktur/Kirim ulang/Lewat email | Minta salinan faktur
Minta tolong kirim faktur bulan lalu untuk kantor
> Tentu. Ke email yang terdaftar?
Iya
> Sudah kami kirim, mohon dicek.
Sudah masuk, makasih

# Permintaan/Pasang baru/Rumah/Cek jangkauan/Terjangkau | Tanya pasang baru
Kak mau pasang internet di rumah baru, bisa?
> Bisa kami cek. Alamat lengkapnya di mana?
{address}
> Alamat tersebut terjangkau. Teknisi dapat datang Sabtu ini.
Mantap, Sabtu pagi ya

! Permintaan/Perubahan/Pindah alamat | Pindah rumah bulan depan
Saya pindah rumah bulan depan, nomornya bisa ikut pindah?
> Bisa, selama alamat baru terjangkau. Kami jadwalkan survei.
Survei bayar tidak?
> Tidak dikenakan biaya.
Ok

# Permintaan/Perubahan/Ganti paket/Naik/Bulan depan | Naik ke 100 Mbps
Mau naik ke 100 mbps berapa nambahnya?
> Selisihnya Rp110.000 sebelum pajak. Berlaku mulai tagihan berikutnya, mau kami proses?
Boleh
> Sudah kami proses. Ada lagi yang bisa dibantu?
Cukup, terima kasih

# Informasi/Layanan/Gangguan area/Perkiraan selesai/Sudah ada | Tanya gangguan
Apa benar ada gangguan di daerah saya?
> Benar, sedang dikerjakan tim lapangan. Perkiraan selesai malam ini pukul 20.00.
Baik

# Informasi/Produk/Paket/Promo/Syarat | Tanya promo
promo akhir bulan masih ada? 🙂
> Masih, sampai tanggal 30: gratis biaya pasang untuk paket 50 Mbps ke atas.
Syaratnya apa saja?
> KTP dan berlangganan minimal 12 bulan.
Siap
"""

WAITING: Final = (
    ("Selamat siang, internet saya mati lagi padahal baru diperbaiki kemarin", "Tolong segera dicek ya 🙏"),
    ("Min, tagihan saya belum turun. Kapan bisa dibayar?",),
    ("Halo, mau tanya jadwal teknisi untuk hari ini",),
    ("TV saya tidak ada suara di semua kanal", "Sudah saya nyalakan ulang dua kali"),
    ("Paket 300 mbps tersedia di alamat saya?",),
)
HELD: Final = (
    ("Modem saya lampunya merah sejak semalam", "Nomor layanan {service}"),
    ("Saya mau ubah nama pelanggan ke nama istri, syaratnya apa?",),
    ("Kecepatan tidak sesuai paket, hasil tes cuma 12 Mbps",),
)


@dataclass(frozen=True, slots=True)
class Talk:
    """One session's script."""

    ends_as: str  # "#" or "!"
    category: tuple[str, ...]
    subject: str
    lines: list[tuple[bool, str]] = field(default_factory=list)  # (by the agent, text)


def talks() -> list[Talk]:
    """The scripts, in the order in which they stand above."""
    found = []
    for block in TALKS.strip().split("\n\n"):
        head, *rows = block.splitlines()
        path, _, subject = head[2:].partition(" | ")
        lines = [(row.startswith("> "), row.removeprefix("> ")) for row in rows]
        found.append(Talk(head[0], tuple(path.split("/")), subject, lines))
    return found
