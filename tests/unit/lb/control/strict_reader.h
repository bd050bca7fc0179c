// StrictReader: a scrape, line by line: each must be a comment or a sample of the family that was announced last.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace lb::control {

class StrictReader {
 public:
  explicit StrictReader(const std::string& text) {
    EXPECT_TRUE(text.ends_with('\n'));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) take(line);
  }
  // By name and labels, as they stand in the line. One that is missing is a failure.
  [[nodiscard]] double at(const std::string& name) const {
    const auto found = samples.find(name);
    if (found != samples.end()) return found->second;
    ADD_FAILURE() << "there is no " << name;
    return -1;
  }

  std::map<std::string, double> samples;
  std::map<std::string, std::string> types;                                    // by the family's name
  std::map<std::string, std::map<std::string, std::set<std::string>>> labels;  // of each family: name, values

 private:
  void take(const std::string& line) {
    static const std::regex help("# HELP ([a-z_]+) [A-Z0-9].*\\.");
    static const std::regex type("# TYPE ([a-z_]+) (counter|gauge|histogram)");
    static const std::regex sample(
        R"re(([a-z_]+)(\{[a-z]+="([^"\\]|\\[n"\\])*"(,[a-z]+="([^"\\]|\\[n"\\])*")*\})? ([0-9]+(\.[0-9]+)?(e[+-][0-9]+)?))re");
    std::smatch match;
    if (std::regex_match(line, match, help)) {
      EXPECT_FALSE(types.contains(match[1])) << "announced twice: " << line;
      helped_ = match[1];
    } else if (std::regex_match(line, match, type)) {
      family_ = match[1];
      types[family_] = match[2];
      labels[family_];
      EXPECT_EQ(family_, helped_) << line;
      EXPECT_EQ(family_.ends_with("_total"), match[2] == "counter") << line;
      EXPECT_TRUE(family_.starts_with("keepstate_lb_") || family_.starts_with("process_")) << line;
    } else if (std::regex_match(line, match, sample)) {
      EXPECT_TRUE(is_of_family(match[1])) << line;
      note_labels(match[2]);
      EXPECT_TRUE(samples.emplace(match[1].str() + match[2].str(), std::strtod(match[6].str().c_str(), nullptr)).second)
          << "twice: " << line;
    } else {
      ADD_FAILURE() << "neither comment nor sample: " << line;
    }
  }
  [[nodiscard]] bool is_of_family(const std::string& name) const {
    if (types.at(family_) != "histogram") return name == family_;
    return name == family_ + "_bucket" || name == family_ + "_sum" || name == family_ + "_count";
  }
  void note_labels(const std::string& text) {
    static const std::regex label(R"re(([a-z]+)="(([^"\\]|\\.)*)")re");
    for (auto at = std::sregex_iterator(text.begin(), text.end(), label); at != std::sregex_iterator(); ++at) {
      labels[family_][(*at)[1]].insert((*at)[2]);
    }
  }

  std::string helped_;
  std::string family_;
};

}  // namespace lb::control
