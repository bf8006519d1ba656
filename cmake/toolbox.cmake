# Compiler settings and the libraries everything stands on.

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wconversion -Wshadow -fno-omit-frame-pointer)
if(RK_WERROR)
  add_compile_options(-Werror)
endif()
if(RK_SANITIZE)
  add_compile_options(-fsanitize=${RK_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${RK_SANITIZE})
endif()
if(RK_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-Wthread-safety -Wno-missing-field-initializers)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wno-psabi -Wno-missing-field-initializers)
endif()

# simdjson's on-demand parser is compiled into us, for the instruction set the compiler may assume:
# without AVX2 and PCLMUL it is its slow fallback. So we build for what this machine has, at least
# for every x86 server since 2013; RK_MARCH overrides it for a build that runs elsewhere.
set(march "")
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64" AND EXISTS /proc/cpuinfo)
  file(STRINGS /proc/cpuinfo flags REGEX "^flags" LIMIT_COUNT 1)
  if(flags MATCHES " avx2 " AND flags MATCHES " pclmulqdq " AND flags MATCHES " bmi2 ")
    set(march haswell)
  endif()
endif()
set(RK_MARCH "${march}" CACHE STRING "Value of -march=; empty: the compiler's default")
if(RK_MARCH)
  add_compile_options(-march=${RK_MARCH})
endif()

find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(absl REQUIRED)
find_package(RocksDB REQUIRED)
find_package(simdjson REQUIRED)
find_package(roaring REQUIRED)
find_package(yaml-cpp REQUIRED)
find_library(RE2 re2 REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core)
find_package(ZLIB REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(EXPAT REQUIRED)
find_package(GTest REQUIRED)

# rk_library(NAME DEPENDS…): one library per folder, of every .cc in it. A new file needs no line.
function(rk_library name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cc)
  if(NOT sources)
    add_library(${name} INTERFACE)
    return()
  endif()
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARGN})
  rk_precompile(${name})
endfunction()

# rk_precompile(TARGET HEADERS…): parses what nearly every file includes once instead of in each.
# It saves time and means nothing: the release build goes without, and so proves that every file
# includes what it uses. (GCC 12 also warns of its own library's strings when they are precompiled.)
function(rk_precompile name)
  if(NOT RK_PRECOMPILE)
    return()
  endif()
  target_precompile_headers(${name} PRIVATE
    <absl/functional/function_ref.h> <boost/system/result.hpp>
    <algorithm> <functional> <memory> <mutex> <optional> <span> <string> <string_view> <thread>
    <vector> ${ARGN})
  target_compile_options(${name} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")  # for ccache
endfunction()
