package config

import (
	"strconv"
	"strings"
)

// Version is a version of PostgreSQL, such as 16.11.
type Version struct {
	Major int // 0: not known
	Minor int // 0: not pinned
}

// ParseVersion reads "16" or "16.11".
func ParseVersion(text string) Version {
	major, minor, _ := strings.Cut(text, ".")
	var v Version
	v.Major, _ = strconv.Atoi(major) // the configuration's was checked, RDS's is a number
	v.Minor, _ = strconv.Atoi(minor)
	return v
}

// Before tells whether a version is older than another one, as far as both say.
func (v Version) Before(other Version) bool {
	if v.Major != other.Major {
		return v.Major < other.Major
	}
	return v.Minor != 0 && v.Minor < other.Minor
}
