package bench

func lists() Scenario     { return Scenario{Name: "lists"} }
func deadlines() Scenario { return Scenario{Name: "deadlines"} }
func spike() Scenario     { return Scenario{Name: "spike"} }
func memory() Scenario    { return Scenario{Name: "memory"} }
