#include "pki/crypto/openssl_error.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <cerrno>

namespace pki::crypto {
namespace {

TEST(OpensslError, CarriesEveryReasonOldestFirstAndEmptiesTheQueue) {
  ERR_clear_error();
  ERR_raise(ERR_LIB_PEM, PEM_R_NO_START_LINE);
  ERR_raise(ERR_LIB_PEM, PEM_R_BAD_END_LINE);
  EXPECT_EQ(openssl_failure("do it").value().message, "cannot do it: no start line; bad end line");
  EXPECT_EQ(take_openssl_reasons(), "no reason given");
}

TEST(OpensslError, NamesTheSystemsErrors) {
  ERR_clear_error();
  ERR_raise(ERR_LIB_SYS, EACCES);
  EXPECT_EQ(take_openssl_reasons(), "Permission denied");
}

}  // namespace
}  // namespace pki::crypto
