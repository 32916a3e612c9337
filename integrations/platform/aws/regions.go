package aws

import "strings"

// region is one region of AWS: its code and the name that consoles show.
type region struct{ code, name string }

// regions lists the public regions and those of the partitions for China and
// the government of the United States
// (https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html).
var regions = []region{
	{"us-east-1", "US East (N. Virginia)"},
	{"us-east-2", "US East (Ohio)"},
	{"us-west-1", "US West (N. California)"},
	{"us-west-2", "US West (Oregon)"},
	{"ca-central-1", "Canada (Central)"},
	{"ca-west-1", "Canada West (Calgary)"},
	{"mx-central-1", "Mexico (Central)"},
	{"sa-east-1", "South America (São Paulo)"},
	{"eu-west-1", "Europe (Ireland)"},
	{"eu-west-2", "Europe (London)"},
	{"eu-west-3", "Europe (Paris)"},
	{"eu-central-1", "Europe (Frankfurt)"},
	{"eu-central-2", "Europe (Zurich)"},
	{"eu-north-1", "Europe (Stockholm)"},
	{"eu-south-1", "Europe (Milan)"},
	{"eu-south-2", "Europe (Spain)"},
	{"il-central-1", "Israel (Tel Aviv)"},
	{"me-south-1", "Middle East (Bahrain)"},
	{"me-central-1", "Middle East (UAE)"},
	{"af-south-1", "Africa (Cape Town)"},
	{"ap-east-1", "Asia Pacific (Hong Kong)"},
	{"ap-east-2", "Asia Pacific (Taipei)"},
	{"ap-south-1", "Asia Pacific (Mumbai)"},
	{"ap-south-2", "Asia Pacific (Hyderabad)"},
	{"ap-southeast-1", "Asia Pacific (Singapore)"},
	{"ap-southeast-2", "Asia Pacific (Sydney)"},
	{"ap-southeast-3", "Asia Pacific (Jakarta)"},
	{"ap-southeast-4", "Asia Pacific (Melbourne)"},
	{"ap-southeast-5", "Asia Pacific (Malaysia)"},
	{"ap-southeast-6", "Asia Pacific (New Zealand)"},
	{"ap-southeast-7", "Asia Pacific (Thailand)"},
	{"ap-northeast-1", "Asia Pacific (Tokyo)"},
	{"ap-northeast-2", "Asia Pacific (Seoul)"},
	{"ap-northeast-3", "Asia Pacific (Osaka)"},
	{"us-gov-east-1", "AWS GovCloud (US-East)"},
	{"us-gov-west-1", "AWS GovCloud (US-West)"},
	{"cn-north-1", "China (Beijing)"},
	{"cn-northwest-1", "China (Ningxia)"},
}

// IsRegion reports whether code is one of AWS's.
func IsRegion(code string) bool {
	for _, r := range regions {
		if r.code == code {
			return true
		}
	}
	return false
}

// RegionCode returns the code of the region that consoles call text, else text
// as it is.
func RegionCode(text string) string {
	for _, r := range regions {
		if strings.EqualFold(r.name, text) {
			return r.code
		}
	}
	return text
}

// Host returns the name of a service in a region.
func Host(service, region string) string {
	suffix := ".amazonaws.com"
	if InChina(region) {
		suffix = ".amazonaws.com.cn"
	}
	return service + "." + region + suffix
}

// InChina reports whether the region is of the partition for China, which has
// accounts and a domain of its own.
func InChina(region string) bool { return strings.HasPrefix(region, "cn-") }
