#include "server/credential/import_vault.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace hearth {
namespace {

constexpr char kForeign[] = "{SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr";
const CredentialBinding kAda{.directory = "forthcoffee", .user = "ada", .version = 7};

const Keyring& Ring() {
  static const auto* const ring = [] {
    const std::string path = testing::TempDir() + "vault-keys-" + std::to_string(getpid());
    EXPECT_TRUE(Keyring::Generate(path).ok());
    auto* loaded = new Keyring(Keyring::Load(path).value());
    unlink(path.c_str());
    return loaded;
  }();
  return *ring;
}

TEST(ImportVaultTest, OpensWhatItSealed) {
  const ImportVault vault(&Ring());
  const PasswordHash sealed = vault.Seal(kAda, kForeign);
  EXPECT_TRUE(ImportVault::IsSealed(sealed));
  EXPECT_FALSE(ImportVault::IsSealed({"$argon2id$v=19$m=64,t=1,p=1$x$y", "k1"}));
  EXPECT_EQ(sealed.phc.find("SSHA"), std::string::npos);
  EXPECT_NE(vault.Seal(kAda, kForeign).phc, sealed.phc) << "the same hash twice is not seen to be the same";
  const auto opened = vault.Open(kAda, sealed);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->Expose(), kForeign);
}

TEST(ImportVaultTest, OpensForTheVeryRowOnly) {
  const ImportVault vault(&Ring());
  const PasswordHash sealed = vault.Seal(kAda, kForeign);
  for (const CredentialBinding& other :
       {CredentialBinding{"contoso", "ada", 7}, CredentialBinding{"forthcoffee", "bob", 7},
        CredentialBinding{"forthcoffee", "ada", 8}}) {
    EXPECT_EQ(vault.Open(other, sealed).status().code(), absl::StatusCode::kInternal);
  }
  for (size_t at = 0; at < sealed.phc.size(); ++at) {
    PasswordHash damaged = sealed;
    damaged.phc[at] = damaged.phc[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(vault.Open(kAda, damaged).ok()) << at;
  }
  EXPECT_FALSE(vault.Open(kAda, {sealed.phc, "k9"}).ok());
  EXPECT_FALSE(vault.Open(kAda, {"$imported$v=1$", "k1"}).ok());
  EXPECT_FALSE(vault.Open(kAda, {"", "k1"}).ok());
}

TEST(ImportVaultTest, KnowsAHashOfOneVersionAgain) {
  const ImportVault vault(&Ring());
  const std::string digest = vault.DigestOf(kAda, kForeign);
  EXPECT_EQ(digest.size(), 32u);
  EXPECT_EQ(vault.DigestOf(kAda, kForeign), digest);
  EXPECT_NE(vault.DigestOf(kAda, "{SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImR"), digest);
  EXPECT_NE(vault.DigestOf({"forthcoffee", "ada", 8}, kForeign), digest);
  EXPECT_NE(vault.DigestOf({"contoso", "ada", 7}, kForeign), digest);
}

}  // namespace
}  // namespace hearth
