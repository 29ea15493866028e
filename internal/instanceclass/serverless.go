package instanceclass

// ServerlessName is the class of an instance of Aurora Serverless v2, which has no size of its own.
const ServerlessName = "db.serverless"

// What an Aurora capacity unit (ACU) has: about 2 GiB of memory (Aurora User Guide: Aurora Serverless v2 capacity), and the share of a
// processor that its price for Database Insights comes to: a quarter of that of a processor.
const gibPerACU, cpuPerACU = 2, 0.25

// Serverless is what an instance of Aurora Serverless v2 has at a capacity in ACUs.
func Serverless(acu float64) Class {
	return Class{Name: ServerlessName, VCPU: max(1, int(acu*cpuPerACU)), MemoryGiB: acu * gibPerACU}
}
