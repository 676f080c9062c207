# Writes a C++ file with a function that returns every file of a folder as a string:
# cmake -DOUT=… -DDIR=… -DFOLDER=<as in the repository> -DHEADER=<declares it> -DFUNCTION=<its name> -P embed.cmake
file(GLOB_RECURSE files RELATIVE ${DIR} ${DIR}/*)
list(SORT files)
set(text "// Generated from ${FOLDER} by server/embed.cmake.\n#include \"${HEADER}\"\n\nnamespace hearth {\n\nconst std::vector<EmbeddedFile>& ${FUNCTION}() {\n  static const auto* const all = new std::vector<EmbeddedFile>{\n")
foreach(file IN LISTS files)
  file(READ ${DIR}/${file} contents)
  string(APPEND text "      {\"${file}\", R\"embedded(${contents})embedded\"},\n")
endforeach()
string(APPEND text "  };\n  return *all;\n}\n\n}  // namespace hearth\n")
file(WRITE ${OUT} "${text}")
