#include "pki/crypto/pem.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>

#include "pki/crypto/openssl_error.h"

namespace pki::crypto {
namespace {

constexpr int kRounds = 600'000;  // OWASP's advice of 2023 for HMAC-SHA-256
constexpr int kSaltBytes = 16;

using Pkcs8Ptr = OpensslPtr<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;
using AlgorithmPtr = OpensslPtr<X509_ALGOR, X509_ALGOR_free>;
using LockedPtr = OpensslPtr<X509_SIG, X509_SIG_free>;

// A BIO that reads from `text` in place, without a copy of it.
BioPtr reader_of(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string_view written_to(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

// Called for a key with a passphrase; without it OpenSSL would ask on the terminal.
int refuse_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

int give_passphrase(char* buffer, int size, int /*writing*/, void* given) {
  const std::string_view passphrase = *static_cast<const std::string_view*>(given);
  if (passphrase.size() > static_cast<std::size_t>(size)) return -1;
  std::copy(passphrase.begin(), passphrase.end(), buffer);
  return static_cast<int>(passphrase.size());
}

LockedPtr lock(const EVP_PKEY& key, std::string_view passphrase) {
  std::array<unsigned char, kSaltBytes> salt{};
  const Pkcs8Ptr open(EVP_PKEY2PKCS8(&key));
  if (!open || RAND_bytes(salt.data(), kSaltBytes) != 1) return nullptr;
  AlgorithmPtr algorithm(
      PKCS5_pbe2_set_iv_ex(EVP_aes_256_cbc(), kRounds, salt.data(), kSaltBytes, nullptr, NID_hmacWithSHA256, nullptr));
  if (!algorithm) return nullptr;
  LockedPtr locked(PKCS8_set0_pbe(passphrase.data(), static_cast<int>(passphrase.size()), open.get(), algorithm.get()));
  if (locked) (void)algorithm.release();  // it is a part of the key now
  return locked;
}

}  // namespace

base::Result<PkeyPtr> read_private_key(std::string_view pem) {
  const BioPtr bio = reader_of(pem);
  if (!bio) return openssl_failure("read the private key");
  bool asked = false;
  PkeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_passphrase, &asked));
  if (asked) {
    ERR_clear_error();
    return base::fail(
        "the private key has a passphrase, which cannot be given here; remove it with "
        "`openssl pkey -in OLD -out NEW`");
  }
  if (!key) return base::fail("it is not a whole private key in PEM form: {}", take_openssl_reasons());
  return key;
}

base::Result<PkeyPtr> read_private_key(std::string_view pem, std::string_view passphrase) {
  const BioPtr bio = reader_of(pem);
  if (!bio) return openssl_failure("read the private key");
  PkeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, give_passphrase, &passphrase));
  if (!key) {
    return base::fail("it is not a whole private key in PEM form under this passphrase: {}", take_openssl_reasons());
  }
  return key;
}

bool has_passphrase(std::string_view pem) noexcept {
  return pem.find("-----BEGIN ENCRYPTED PRIVATE KEY-----") != std::string_view::npos ||
         pem.find("\nProc-Type: 4,ENCRYPTED") != std::string_view::npos;
}

base::Result<SecretText> write_private_key(const EVP_PKEY& key) {
  // Memory of this kind is wiped when it is freed and whenever it grows (BUF_MEM_grow_clean, BUF_MEM_free).
  const BioPtr bio(BIO_new(BIO_s_secmem()));
  if (!bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), &key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return openssl_failure("write the private key as PEM");
  }
  return SecretText(written_to(bio.get()));
}

base::Result<SecretText> write_locked_private_key(const EVP_PKEY& key, std::string_view passphrase) {
  const LockedPtr locked = lock(key, passphrase);
  const BioPtr bio(BIO_new(BIO_s_secmem()));
  if (!locked || !bio || PEM_write_bio_PKCS8(bio.get(), locked.get()) != 1) {
    return openssl_failure("write the private key under its passphrase");
  }
  return SecretText(written_to(bio.get()));
}

base::Result<X509Ptr> read_certificate(std::string_view pem) {
  auto all = read_certificates(pem);
  if (!all) return base::Failure(all.error());
  if (all->size() > 1) return base::fail("it holds more than one certificate; keep each in a file of its own");
  return std::move(all->front());
}

base::Result<std::vector<X509Ptr>> read_certificates(std::string_view pem) {
  const BioPtr bio = reader_of(pem);
  if (!bio) return openssl_failure("read the certificate");
  std::vector<X509Ptr> all;
  while (X509* const one = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) all.emplace_back(one);
  // That there is no further one is as it should be; that it is cut is not.
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (all.empty() || !at_end) {
    return base::fail("it is not a whole certificate in PEM form: {}", take_openssl_reasons());
  }
  ERR_clear_error();
  return all;
}

base::Result<std::string> write_certificate(const X509& certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (!bio || PEM_write_bio_X509(bio.get(), &certificate) != 1) return openssl_failure("write the certificate as PEM");
  return std::string(written_to(bio.get()));
}

}  // namespace pki::crypto
