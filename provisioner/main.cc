#include <iostream>

#include "provisioner/commands.h"

int main(int argc, char** argv) {
  return provisioner::run_command_line(argc, argv, std::cout, std::cerr);
}
