import java.sql.DriverManager;

/** Connects as an application in a pod does, and prints the driver's version and whether TLS is on. */
class Client {
    public static void main(String[] arguments) throws Exception {
        try (var connection = DriverManager.getConnection(System.getenv("JDBC_URL"), System.getenv("DB_USER"), System.getenv("DB_PASSWORD"));
                var answer = connection.createStatement().executeQuery("SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()")) {
            answer.next();
            System.out.println(connection.getMetaData().getDriverVersion());
            System.out.println(answer.getString(1));
        }
    }
}
