// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/drivers/xrt/Environment.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dlfcn.h>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>
#include <xrt/xrt_device.h>

/// The folder of the emulation that this process runs, or empty.
static std::string emulationFolder;

// Functions in place of libc's, for all of the process.

/// While a command runs, the shim sleeps ten seconds at first and then one. A
/// second of an emulation lasts a millisecond.
extern "C" unsigned sleep(unsigned seconds) {
  bool isEmulating = !emulationFolder.empty();
  timespec time = {isEmulating ? 0 : time_t(seconds),
                   isEmulating ? long(seconds) * 1'000'000 : 0};
  nanosleep(&time, nullptr);
  return 0;
}

/// The shim writes a log beside the executable, which it takes to be its own
/// folder to write to.
extern "C" ssize_t readlink(const char *path, char *buffer, size_t size) {
  if (emulationFolder.empty() || strcmp(path, "/proc/self/exe") != 0)
    return readlinkat(AT_FDCWD, path, buffer, size);
  std::string file = emulationFolder + "/server";
  size = std::min(size, file.size());
  memcpy(buffer, file.data(), size);
  return ssize_t(size);
}

/// The shim ends the process where its simulator is lost. libc's exit would run
/// destructors that wait for that simulator, or for each other, for ever.
extern "C" void exit(int code) { _exit(code); }

/// The shim's handlers of SIGABRT, SIGFPE and SIGSEGV kill the process group,
/// and so themselves again, before they call exit. A crash ends the process.
extern "C" int sigaction(int, const struct sigaction *,
                         struct sigaction *before) {
  if (before)
    *before = {};
  return 0;
}

namespace sluice {

/// The shim forgets where realloc has moved the buffer of its first message,
/// which carries all of xrt.ini: padding makes that message longer than any
/// that follows, so that the buffer never has to grow.
constexpr size_t kPacketSize = 0x10000, kPadding = kPacketSize + 0x400;

/// Registers are read while OpenCL shares the engine with nobody.
static std::string iniText() {
  return "[Runtime]\nrw_shared=true\n"
         "[Emulation]\nsystem_dpa=false\nkeep_run_dir=false\n"
         "print_infos_in_console=false\npacket_size=0x10000\n"
         "[Debug]\npad=" +
         std::string(kPadding, 'x') + "\n";
}

static std::string boardText(const std::string &platform) {
  return R"({"Version": {"FileVersion": "2.0"}, "Platform": {"Boards": [{
"NumBoards": "1", "Devices": [{"Name": ")" +
         platform + R"(", "NumDevices": "1", "DdrBanks": [{"Size": "1GB"}]}]}],
"UnifiedPlatform": "true", "ExpandedPR": "false"}})";
}

static bool writeText(const std::string &file, const std::string &text) {
  std::ofstream out(file);
  out << text;
  return bool(out.flush());
}

/// The folder that this process's libxrt was loaded from.
static std::string libraryFolder() {
  Dl_info library;
  auto *member = reinterpret_cast<void *>(&xrtDeviceOpen);
  if (!dladdr(member, &library))
    return "";
  std::string file = library.dli_fname;
  return file.substr(0, file.rfind('/'));
}

/// The shim would wait for ever for a simulator that it could not start.
static bool setEmulation(const std::string &folder, const std::string &platform,
                         std::string &failed) {
  failed = "/dev/null";
  if (access(failed.c_str(), W_OK))
    return false;
  failed = folder;
  std::string installation = folder + "/xrt";
  if (!writeText(folder + "/emconfig.json", boardText(platform)) ||
      mkdir(installation.c_str(), 0700) ||
      symlink(libraryFolder().c_str(), (installation + "/lib").c_str()))
    return false;
  emulationFolder = folder;
  // The shim puts its sockets into /tmp/$USER.
  setenv("USER", folder.substr(folder.rfind('/') + 1).c_str(), 1);
  setenv("XCL_EMULATION_MODE", "hw_emu", 1);
  setenv("XILINX_XRT", installation.c_str(), 1);
  setenv("EMCONFIG_PATH", folder.c_str(), 1);
  setenv("SDACCEL_EM_RUN_DIR", folder.c_str(), 1);
  return true;
}

bool setEnvironment(const std::string &folder, const std::string &platform,
                    std::string &failed) {
  unsetenv("XCL_EMULATION_MODE"); // the xclbin says what it is for
  if (!platform.empty() && !setEmulation(folder, platform, failed))
    return false;
  failed = folder;
  std::string ini = folder + "/xrt.ini", vendors = folder + "/vendors";
  // A folder of its own, for XRT's OpenCL aborts programs that do not use it.
  if (!writeText(ini, iniText()) || mkdir(vendors.c_str(), 0700) ||
      !writeText(vendors + "/xilinx.icd",
                 libraryFolder() + "/libxilinxopencl.so.2\n") ||
      chdir(folder.c_str()))
    return false;
  setenv("XRT_INI_PATH", ini.c_str(), 1);
  setenv("OCL_ICD_VENDORS", vendors.c_str(), 1);
  return true;
}

} // namespace sluice
