"""What the invented company prepared: categories, quick replies, reasons for being away."""

from typing import Final

TREE: Final = """
Keluhan
  Internet
    Tidak ada koneksi
      Lampu LOS merah
        Kabel optik putus
        ONT rusak
        Gangguan massal
      Lampu normal
        Perangkat pelanggan
        Autentikasi gagal
    Lambat
      Jam sibuk
        Kapasitas area penuh
        Pemakaian bersama
      Sepanjang hari
        Redaman tinggi
        Paket tidak sesuai
    Sering putus
      Wi-Fi
        Interferensi kanal
        Jangkauan kurang
      Kabel
        Konektor longgar
        Splitter rusak
  TV
    Siaran hilang
      Semua kanal
        STB tidak terdaftar
        Sinyal multicast
      Sebagian kanal
        Paket kanal berakhir
        Pengaturan anak
    Gambar terganggu
      Patah-patah
        Bandwidth kurang
        STB panas
  Telepon
    Tidak ada nada
      Satu rumah
        Kabel rosette
        Port nonaktif
    Suara buruk
      Berderau
        Kabel basah
        Pesawat rusak
Tagihan
  Jumlah
    Lebih besar dari biasa
      Pemakaian tambahan
        Add-on aktif sendiri
        Sewa perangkat
      Prorata
        Pasang di tengah bulan
        Ganti paket
    Denda
      Terlambat bayar
        Bank belum meneruskan
        Jatuh tempo terlewat
  Pembayaran
    Belum tercatat
      Transfer bank
        Nomor virtual salah
        Menunggu rekonsiliasi
      Dompet digital
        Transaksi tertunda
        Ganda
  Salinan
    Faktur
      Kirim ulang
        Lewat email
        Lewat chat
Permintaan
  Pasang baru
    Rumah
      Cek jangkauan
        Terjangkau
        Belum terjangkau
      Jadwal
        Jadwal baru
        Ubah jadwal
    Usaha
      Penawaran
        Paket bisnis
        IP tetap
  Perubahan
    Ganti paket
      Naik
        Langsung
        Bulan depan
      Turun
        Bulan depan saja
        Dengan denda
    Pindah alamat
      Dalam kota
        Terjangkau
        Perlu survei
    Ganti data
      Nama pelanggan
        Waris
        Salah ketik
  Berhenti
    Permintaan berhenti
      Alasan harga
        Ditawari diskon
        Tetap berhenti
      Alasan mutu
        Kunjungan teknisi
        Tetap berhenti
Informasi
  Produk
    Paket
      Harga
        Rumah
        Usaha
      Promo
        Syarat
        Masa berlaku
  Layanan
    Gerai
      Jam buka
        Hari kerja
        Hari libur
    Gangguan area
      Perkiraan selesai
        Sudah ada
        Belum ada
"""

QUICK_REPLIES: Final = (
    ("salam", "Salam pembuka", "Selamat datang di Nusanet Care, {name}. Saya {agent}, ada yang bisa saya bantu?"),
    ("tunggu", "Mohon tunggu", "Mohon tunggu sebentar ya, {name}. Saya periksa dahulu datanya."),
    ("maaf", "Permohonan maaf", "Mohon maaf atas ketidaknyamanan yang {name} alami. Kami bantu sampai selesai."),
    ("nolayanan", "Minta nomor layanan", "Boleh dibantu nomor layanan yang tertera di tagihan, {name}?"),
    ("alamat", "Minta alamat", "Mohon tuliskan alamat lengkap beserta patokan agar teknisi mudah menemukannya."),
    ("los", "Cek lampu LOS", "Mohon dicek lampu LOS pada modem: mati, hijau, atau merah?"),
    ("restart", "Nyalakan ulang modem", "Silakan matikan modem 30 detik, nyalakan lagi, lalu tunggu sekitar 3 menit."),
    ("kabel", "Cek kabel", "Mohon pastikan kabel kuning di belakang modem terpasang kencang dan tidak tertekuk."),
    ("tiket", "Tiket dibuat", "Laporan {name} sudah kami teruskan ke tim terkait. Nomor tiketnya kami kirim di sini."),
    ("teknisi", "Kunjungan teknisi", "Teknisi kami akan menghubungi {name} sebelum datang untuk menyepakati waktu."),
    ("massal", "Gangguan massal", "Sedang ada gangguan di area {name}. Tim lapangan sudah bekerja; kami kabari lagi."),
    (
        "tagihan",
        "Jelaskan tagihan",
        "Tagihan bulan ini terdiri atas biaya paket, pajak, dan layanan tambahan.",
    ),
    ("bayar", "Cara bayar", "Pembayaran dapat lewat transfer bank, dompet digital, atau minimarket terdekat."),
    ("belumcatat", "Pembayaran belum tercatat", "Mohon kirim bukti pembayarannya, kami bantu cek ke bagian keuangan."),
    ("faktur", "Faktur dikirim", "Salinan faktur sudah kami kirim ke email yang terdaftar, {name}."),
    ("paket", "Daftar paket", "Paket rumah kami: 30, 50, 100, dan 300 Mbps. {name} tertarik dengan yang mana?"),
    ("pindah", "Pindah alamat", "Untuk pindah alamat kami perlu mengecek jangkauan di alamat baru terlebih dahulu."),
    ("survei", "Survei lokasi", "Kami jadwalkan survei lokasi paling lambat dua hari kerja."),
    ("lanjut", "Ada lagi?", "Apakah masih ada yang bisa saya bantu, {name}?"),
    ("tutup", "Salam penutup", "Terima kasih sudah menghubungi Nusanet Care, {name}. Semoga harinya menyenangkan!"),
)

AUX: Final = (
    ("ISTIRAHAT", "Istirahat"),
    ("SALAT", "Salat"),
    ("MAKAN", "Makan siang"),
    ("RAPAT", "Rapat"),
    ("BIMBINGAN", "Bimbingan"),
    ("ADMIN", "Pekerjaan administrasi"),
)


def branches() -> list[tuple[str, ...]]:
    """Every node of the tree as its path of names, parents first."""
    found: list[tuple[str, ...]] = []
    path: list[str] = []
    for row in TREE.strip().splitlines():
        depth = (len(row) - len(row.lstrip())) // 2
        path = [*path[:depth], row.strip()]
        found.append(tuple(path))
    return found
