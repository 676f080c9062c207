# Writes a C++ file that holds common_passwords.txt as a string: cmake -DOUT=… -DFILE=… -P embed.cmake
file(READ ${FILE} contents)
file(WRITE ${OUT} "// Generated from server/credential/common_passwords.txt by embed.cmake.\n#include \"server/credential/common_passwords.h\"\n\nnamespace hearth {\n\nconst char kCommonPasswords[] = R\"words(${contents})words\";\n\n}  // namespace hearth\n")
